/** The PCI tree, from `query-pci`. */
import type { QmpAsk } from "./ask.ts";

/** A window of a PCI device in memory or in I/O ports, set by a base address register. */
export interface PciRegion {
  /** Number of the base address register; 6 is the expansion ROM. */
  readonly bar: number;
  readonly kind: "memory" | "io";
  /** Where it is, or `undefined` where the guest has assigned nothing or disabled it. */
  readonly address: bigint | undefined;
  readonly sizeBytes: number;
  readonly is64Bit: boolean;
  readonly isPrefetchable: boolean;
}

/** One function of a PCI device. */
export interface PciDevice {
  /** Bus, slot and function as `lspci` writes them: "00:1f.2". */
  readonly address: string;
  readonly bus: number;
  readonly slot: number;
  readonly function: number;
  readonly vendorId: number;
  readonly deviceId: number;
  readonly subsystemVendorId: number | undefined;
  readonly subsystemId: number | undefined;
  /** Class and subclass: 0x0200 is an Ethernet controller (PCI Code and ID Assignment, part 1). */
  readonly classCode: number;
  /** QEMU's words for the class, where it has some. */
  readonly description: string | undefined;
  /** The `id` of the device on QEMU's command line, where it has one. */
  readonly id: string | undefined;
  /** INTA# is 1, INTD# is 4, and 0 is none. */
  readonly interruptPin: number;
  /** What the guest has written into the register "interrupt line". */
  readonly interruptLine: number | undefined;
  readonly regions: readonly PciRegion[];
  /** Address of the bridge in front of it; `undefined` on a root bus. */
  readonly behind: string | undefined;
  /** The buses behind it, where it is a bridge; 0 while the guest has not numbered them. */
  readonly bridge: { readonly secondaryBus: number; readonly subordinateBus: number } | undefined;
}

interface RawDevice {
  readonly bus: number;
  readonly slot: number;
  readonly function: number;
  readonly id: {
    readonly vendor: number;
    readonly device: number;
    readonly "subsystem-vendor"?: number;
    readonly subsystem?: number;
  };
  readonly class_info: { readonly class: number; readonly desc?: string };
  readonly qdev_id: string;
  readonly irq?: number;
  readonly irq_pin: number;
  readonly regions: readonly {
    readonly bar: number;
    readonly type: "memory" | "io";
    readonly address: number | bigint;
    readonly size: number;
    readonly prefetch?: boolean;
    readonly mem_type_64?: boolean;
  }[];
  readonly pci_bridge?: {
    readonly bus: { readonly secondary: number; readonly subordinate: number };
    readonly devices?: readonly RawDevice[];
  };
}

/** Every function of every device, each bridge before what is behind it. */
export async function queryPciDevices(ask: QmpAsk): Promise<readonly PciDevice[]> {
  const buses = (await ask("query-pci")) as readonly { readonly devices: readonly RawDevice[] }[];
  return buses.flatMap(({ devices }) => flatten(devices, undefined));
}

function flatten(devices: readonly RawDevice[], behind: string | undefined): PciDevice[] {
  return devices.flatMap((raw) => {
    const device = deviceOf(raw, behind);
    return [device, ...flatten(raw.pci_bridge?.devices ?? [], device.address)];
  });
}

function deviceOf(raw: RawDevice, behind: string | undefined): PciDevice {
  const { bus, slot, function: number, id } = raw;
  const bridge = raw.pci_bridge?.bus;
  return {
    address: `${hexadecimal(bus, 2)}:${hexadecimal(slot, 2)}.${number}`,
    bus,
    slot,
    function: number,
    vendorId: id.vendor,
    deviceId: id.device,
    subsystemVendorId: id["subsystem-vendor"],
    subsystemId: id.subsystem,
    classCode: raw.class_info.class,
    description: raw.class_info.desc,
    id: raw.qdev_id === "" ? undefined : raw.qdev_id,
    interruptPin: raw.irq_pin,
    interruptLine: raw.irq,
    regions: raw.regions.map(regionOf),
    behind,
    bridge: bridge && { secondaryBus: bridge.secondary, subordinateBus: bridge.subordinate },
  };
}

function regionOf(raw: RawDevice["regions"][number]): PciRegion {
  return {
    bar: raw.bar,
    kind: raw.type,
    // QEMU's word for an address that is not decoded is -1 (`PCI_BAR_UNMAPPED` in hw/pci/pci.h).
    address: raw.address < 0 ? undefined : BigInt(raw.address),
    sizeBytes: raw.size,
    is64Bit: raw.mem_type_64 ?? false,
    isPrefetchable: raw.prefetch ?? false,
  };
}

/** A number as `lspci` writes it: lower case, with leading zeros. */
export function hexadecimal(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
