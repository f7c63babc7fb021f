/** Devices as plain data, and the factories that make them. */
import type { Disk } from "../spec.ts";

/** What a property of a QEMU device takes. */
export type DeviceProperty = string | number | boolean;

/** The image behind a device that stores. What is written goes, unless `persist` keeps it. */
export type DeviceDrive = Omit<Disk, "bus" | "serialNumber">;

/** A directory of this computer that the guest may look into. */
export interface SharedDirectory {
  /** Relative to the working directory. */
  readonly directory: string;
  /** What the guest mounts: `mount -t 9p -o trans=virtio TAG /mnt`, or `-t virtiofs TAG`. */
  readonly tag: string;
  /** `true` lets the guest write into it. */
  readonly writable?: boolean;
  /** Default "9p", which QEMU does by itself; "virtiofs" is faster, and takes virtiofsd. */
  readonly by?: "9p" | "virtiofs";
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
  readonly share?: SharedDirectory;
  /** What is inside a Trusted Platform Module. It comes with the machine only. */
  readonly tpm?: { readonly version: "1.2" | "2.0" };
  /** When the board's own clock starts, for the model "rtc": see `rtc`. */
  readonly startsAt?: string;
  /** Name of the serial port that it is for the test: `vm.serialPort(name)`. */
  readonly port?: string;
  /** The encoding of that port's text, as `TextDecoder` names it; default "utf-8". */
  readonly encoding?: string;
  /** Memory that it shares with the guest: "4M", or a number of bytes. */
  readonly memory?: string | number;
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

/** What the factory of a serial port takes. */
export interface PortOptions extends DeviceOptions {
  /** Of the port, for `vm.serialPort(name)`. */
  readonly name: string;
  /** Of its text, as `TextDecoder` names it; default "utf-8". */
  readonly encoding?: string;
}

/** What the factories of virtio devices take besides. */
export interface VirtioOptions {
  /** `"virtio-mmio"`: not on PCI, but at one of the board's places in memory. */
  readonly bus?: "virtio" | "virtio-mmio";
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
  // Else it would wait for somebody at the other end, which a FIFO never says.
  serial: (options: PortOptions): Device =>
    withPort("usb-serial", options, { "always-plugged": true }),
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

/** Virtio devices, on PCI unless `bus` says otherwise or the board has none. */
export const virtio = {
  blk: ({ bus, ...options }: DiskDeviceOptions & VirtioOptions): Device =>
    disk(virtioModel("blk", bus))(options),
  net: ({ bus, ...options }: NetworkOptions & VirtioOptions = {}): Device =>
    card(virtioModel("net", bus))(options),
  rng: plainVirtio("rng"),
  balloon: plainVirtio("balloon"),
  serial: plainVirtio("serial"),
  /** A port of `serial`, which Linux calls `/dev/virtio-ports/<name>`. */
  port: (options: PortOptions): Device =>
    withPort("virtserialport", options, { name: options.name }),
  /** A console of `serial`: Linux calls the first one `/dev/hvc0`. */
  console: (options: PortOptions): Device =>
    withPort("virtconsole", options, { name: options.name }),
} as const;

/** Disks and drives on IDE, for the controllers that a PC or `ahci` has. */
export const ide = {
  disk: disk("ide-hd"),
  cd: (options: Omit<DiskDeviceOptions, "readOnly" | "persist">): Device =>
    disk("ide-cd")({ ...options, readOnly: true }),
} as const;

/** An AHCI controller, whose buses are called after its `id`: "ahci0.0" to "ahci0.5". */
export const ahci = plain("ahci");

/** SD: a controller on PCI, and a card in it. */
export const sd = { controller: plain("sdhci-pci"), card: disk("sd-card") } as const;

/** A disk in one of a PC's two floppy drives. It cannot be plugged in later. */
export function floppy(options: Omit<DiskDeviceOptions, "serialNumber">): Device {
  return disk("floppy")(options);
}

/** A directory of this computer that the guest can mount. It cannot be plugged in later. */
export function share(options: SharedDirectory & DeviceOptions): Device {
  const { directory, tag, writable = false, by = "9p", ...rest } = options;
  const device =
    by === "9p"
      ? withProperties("virtio-9p-pci", rest, { mount_tag: tag })
      : withProperties("vhost-user-fs-pci", rest, { tag });
  return { ...device, share: { directory, tag, writable, by } };
}

/** Memory that the guest finds on PCI (`ivshmem`): nobody else has a share in it yet. */
export function ivshmem(options: DeviceOptions & { readonly memory: string | number }): Device {
  const { memory, ...rest } = options;
  return { ...withProperties("ivshmem-plain", rest, {}), memory };
}

/** Network cards, connected to nothing unless asked. */
export const network = {
  virtio: virtio.net,
  e1000: card("e1000"),
  rtl8139: card("rtl8139"),
} as const;

/** Watchdogs. What a fired one does is QEMU's `-watchdog-action`. */
export const watchdog = { i6300esb: plain("i6300esb"), ib700: plain("ib700") } as const;

/** PCI bridges and PCI Express root ports: further buses, named by the `id`. */
export const pci = {
  bridge: (options: DeviceOptions & { readonly chassis: number }): Device =>
    withProperties("pci-bridge", options, { chassis_nr: options.chassis }),
  /** A slot that devices can be plugged into on `q35`; the guest sees it. */
  rootPort: (options: DeviceOptions & { readonly chassis: number }): Device =>
    withProperties("pcie-root-port", options, { chassis: options.chassis }),
} as const;

function virtioModel(kind: string, bus: VirtioOptions["bus"] = "virtio"): string {
  return `virtio-${kind}-${bus === "virtio" ? "pci" : "device"}`;
}

function plainVirtio(kind: string): (options?: DeviceOptions & VirtioOptions) => Device {
  return ({ bus, ...options } = {}) => withProperties(virtioModel(kind, bus), options, {});
}

function plain(model: string): (options?: DeviceOptions) => Device {
  return (options = {}) => withProperties(model, options, {});
}

function disk(model: string): (options: DiskDeviceOptions) => Device {
  return ({ id, properties, serialNumber, ...drive }) => {
    const own = serialNumber === undefined ? {} : { serial: serialNumber };
    return { ...withProperties(model, { ...optional({ id, properties }) }, own), drive };
  };
}

function withPort(
  model: string,
  { encoding, name, ...rest }: PortOptions,
  own: Readonly<Record<string, DeviceProperty>>,
): Device {
  return { ...withProperties(model, rest, own), port: name, ...optional({ encoding }) };
}

function card(model: string): (options?: NetworkOptions) => Device {
  return ({ id, properties, backend = "none", mac } = {}) => {
    const own = mac === undefined ? {} : { mac };
    return { ...withProperties(model, { ...optional({ id, properties }) }, own), backend };
  };
}

/** A device with what is the factory's and, above it, what is asked for. */
export function withProperties(
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
