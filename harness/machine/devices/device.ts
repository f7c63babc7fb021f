/** Devices as plain data, and the factories that make them. */

/** What a property of a QEMU device takes. */
export type DeviceProperty = string | number | boolean;

/** The image behind a device that stores. What is written goes, unless `persist` keeps it. */
export interface DeviceDrive {
  /** Image file, relative to the working directory. */
  readonly file: string;
  /** `"raw"`, `"qcow2"`, …; default: what the file's first bytes say. */
  readonly format?: string;
  readonly readOnly?: boolean;
  /** `true` lets the guest write to the image itself. */
  readonly persist?: boolean;
}

/** A device for `devices` of a spec, or for `vm.attach()`. */
export interface Device {
  /** QEMU's name of the model, as `-device help` has it. */
  readonly model: string;
  /** What `vm.detach()` calls it; default: "device" and its number. */
  readonly id?: string;
  /** Properties of the model, as `-device MODEL,help` has them; `bus` says where it goes. */
  readonly properties?: Readonly<Record<string, DeviceProperty>>;
  readonly drive?: DeviceDrive;
  /**
   * What a network card is connected to; default nothing. `"user"`: QEMU's own network, which
   * reaches neither this computer nor anything beyond it.
   */
  readonly backend?: "none" | "user";
}

/** What every factory takes. */
export interface DeviceOptions {
  /** What `vm.detach()` calls it. */
  readonly id?: string;
  /** Further properties of the model. */
  readonly properties?: Readonly<Record<string, DeviceProperty>>;
}

/** What the factory of a disk takes. */
export interface DiskDeviceOptions extends DeviceOptions, DeviceDrive {
  /** What the guest reads as the disk's serial number. */
  readonly serialNumber?: string;
}

/** What the factory of a network card takes. */
export interface NetworkOptions extends DeviceOptions {
  readonly backend?: "none" | "user";
  /** Hardware address such as "52:54:00:12:34:56"; default: QEMU's. */
  readonly mac?: string;
}

/** Any model that QEMU has. */
export function device(
  model: string,
  properties: Readonly<Record<string, DeviceProperty>> = {},
): Device {
  return { model, properties };
}

/** USB: controllers, and what is plugged into them. */
export const usb = {
  uhci: plain("piix3-usb-uhci"),
  ehci: plain("usb-ehci"),
  xhci: plain("qemu-xhci"),
  storage: disk("usb-storage"),
  keyboard: plain("usb-kbd"),
  mouse: plain("usb-mouse"),
  tablet: plain("usb-tablet"),
  hub: plain("usb-hub"),
} as const;

/** SCSI: controllers, disks and CD drives. */
export const scsi = {
  virtio: plain("virtio-scsi-pci"),
  lsi53c895a: plain("lsi53c895a"),
  megaraid: plain("megasas"),
  disk: disk("scsi-hd"),
  cd: (options: Omit<DiskDeviceOptions, "readOnly" | "persist">): Device =>
    disk("scsi-cd")({ ...options, readOnly: true }),
} as const;

/** An NVMe disk, which is a controller of its own. */
export function nvme(options: DiskDeviceOptions): Device {
  return disk("nvme")({ serialNumber: "bringup", ...options });
}

/** Virtio devices on PCI. */
export const virtio = {
  blk: disk("virtio-blk-pci"),
  net: card("virtio-net-pci"),
  rng: plain("virtio-rng-pci"),
  balloon: plain("virtio-balloon-pci"),
  serial: plain("virtio-serial-pci"),
} as const;

/** Network cards, connected to nothing unless asked. */
export const network = {
  virtio: card("virtio-net-pci"),
  e1000: card("e1000"),
  rtl8139: card("rtl8139"),
} as const;

/** Watchdogs. What a fired one does is QEMU's `-action watchdog=…`. */
export const watchdog = { i6300esb: plain("i6300esb"), ib700: plain("ib700") } as const;

/** PCI bridges and PCI Express root ports: further buses, named by the `id`. */
export const pci = {
  bridge: (options: DeviceOptions & { readonly chassis: number }): Device =>
    withProperties("pci-bridge", options, { chassis_nr: options.chassis }),
  /** A slot that devices can be plugged into on `q35`; the guest sees it. */
  rootPort: (options: DeviceOptions & { readonly chassis: number }): Device =>
    withProperties("pcie-root-port", options, { chassis: options.chassis }),
} as const;

function plain(model: string): (options?: DeviceOptions) => Device {
  return (options = {}) => withProperties(model, options, {});
}

function disk(model: string): (options: DiskDeviceOptions) => Device {
  return ({ id, properties, serialNumber, ...drive }) => {
    const own = serialNumber === undefined ? {} : { serial: serialNumber };
    return { ...withProperties(model, { ...optional({ id, properties }) }, own), drive };
  };
}

function card(model: string): (options?: NetworkOptions) => Device {
  return ({ id, properties, backend = "none", mac } = {}) => {
    const own = mac === undefined ? {} : { mac };
    return { ...withProperties(model, { ...optional({ id, properties }) }, own), backend };
  };
}

function withProperties(
  model: string,
  { id, properties }: DeviceOptions,
  own: Readonly<Record<string, DeviceProperty>>,
): Device {
  return { model, ...optional({ id }), properties: { ...own, ...properties } };
}

/** The same without what is `undefined`. */
function optional<Value extends object>(
  value: Value,
): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } {
  const given = Object.entries(value).filter(([, content]) => content !== undefined);
  return Object.fromEntries(given) as { [Key in keyof Value]?: Exclude<Value[Key], undefined> };
}
