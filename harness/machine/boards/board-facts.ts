/** What there is to know of a board: the columns of the table. */
import type { RegisterFormat } from "../../guest/index.ts";
import type { DiskBus } from "../spec.ts";

/**
 * How a guest ends QEMU with a code of its own. `"isa-debug-exit"`: the exit code is
 * `(value << 1) | 1` (QEMU, hw/misc/debugexit.c). `"finisher"`: it is the guest's own code, and 0
 * for a plain power-off: the `sifive_test` of RISC-V `virt` (hw/misc/sifive_test.c).
 * `"semihosting"`: likewise, by an instruction that QEMU takes for a call, where the spec asks for
 * it (semihosting/arm-compat-semi.c).
 */
export type ExitDevice = "isa-debug-exit" | "finisher" | "semihosting";

/**
 * A file that does not say where it belongs, or not in a way of its own: `"flat"`, bytes for where
 * the board has its kernels; `"uimage"`, with U-Boot's header; `"gzip"`, a compressed one of these.
 */
export type KernelForm = "flat" | "uimage" | "gzip";

/** How many serial ports a board has in some circumstances. */
export interface FurtherPorts {
  readonly ports: number;
  /** Where this option of the machine type is on. */
  readonly option?: string;
  /** In this QEMU and newer ones. */
  readonly since?: string;
}

/** One machine type. */
export interface Board {
  /** CPU model that every accelerator offers; `undefined` leaves it to QEMU. */
  readonly cpu: string | undefined;
  /** Whether it has one CPU model, and `-cpu` would be ignored (by QEMU 7.2) or refused. */
  readonly fixedCpu: boolean;
  /** CPUs where the spec says nothing; `undefined` leaves it to QEMU: boards with several. */
  readonly cpus: number | undefined;
  /** Memory where the spec says nothing; `undefined` leaves it to QEMU. */
  readonly memory: string | undefined;
  /** Serial ports that `-serial` can give something to talk to. */
  readonly serialPorts: number;
  /** When it has more of them. */
  readonly furtherPorts: readonly FurtherPorts[];
  /**
   * Which of them is `vm.serial`: the first one; or, where operating systems differ in which UART
   * they take for the console, the first one that prints.
   */
  readonly console: "first" | "first-to-print";
  /** Bus of a disk that names none. */
  readonly diskBus: DiskBus;
  /** Buses that disks can be on; `undefined` where that is not known. */
  readonly diskBuses: readonly DiskBus[] | undefined;
  /**
   * Places for virtio devices in memory, without PCI: QEMU's buses virtio-mmio-bus.0 and on, by
   * address. `undefined` where that is not known.
   */
  readonly virtioPlaces: number | undefined;
  readonly exitDevice: ExitDevice | undefined;
  /** Whether there is an ISA bus, where `isa-debug-exit` and the debug console live. */
  readonly isa: boolean;
  /** Whether devices can be plugged into a PCI bus; `undefined` where that is not known. */
  readonly pci: boolean | undefined;
  /** Whether it is a PC, whose firmware looks for what to boot. */
  readonly pc: boolean;
  /** Whether it needs firmware even for a kernel that QEMU loads itself. */
  readonly needsFirmware: boolean;
  /**
   * Whether QEMU starts firmware of its own on it (OpenSBI) unless it is told not to, and takes ELF
   * files in its place (hw/riscv/boot.c).
   */
  readonly ownFirmware: boolean;
  /** Bytes of each of its two flash memories for firmware; `undefined` where that is not known. */
  readonly flashBytes: number | undefined;
  /** Where in RAM it has firmware of its own, which another program there would overlap. */
  readonly firmwareAt: bigint | undefined;
  /**
   * Whether its CPU begins where a vector table says: a Cortex-M; `undefined` where that is not
   * known.
   */
  readonly vectorTable: boolean | undefined;
  /** The first QEMU that has it, where that is newer than the oldest that is supported. */
  readonly since: string | undefined;
  /** What newer QEMUs call it, where that is something else. */
  readonly laterName: string | undefined;
  /** Whether the board itself has a keyboard; `undefined` where that is not known. */
  readonly keyboard: boolean | undefined;
  /** Whether `-dtb` gives its kernel a device tree. */
  readonly deviceTree: boolean;
  /**
   * What QEMU's `-kernel` loads and starts on it beside ELF files and Linux kernels with a header;
   * `undefined` where that is not known.
   */
  readonly kernelForms: readonly KernelForm[] | undefined;
  /** Where a flat file lies that `-kernel` starts as the board's own firmware would. */
  readonly flatAt: bigint | undefined;
  /**
   * Bits of the addresses in an ELF file by which `-kernel` loads it; `undefined` where that is not
   * known, or where it does not load into the memory that everybody sees.
   */
  readonly elfAddressBits: bigint | undefined;
  /** The emulator that is meant by the board's name alone, where others have the board as well. */
  readonly emulator: string | undefined;
}

/** One emulator, `qemu-system-<arch>`. */
export interface Architecture {
  /** Suffix of the QEMU binary. */
  readonly arch: string;
  /** Machine type where nothing else decides. */
  readonly machine: string;
  /** What holds for every machine type that has no row. */
  readonly common: Partial<Board>;
  /** How QEMU writes the registers of its CPUs, and what they are called. */
  readonly registers: RegisterFormat;
  /** Machine types by their name without a version. */
  readonly boards: Readonly<Record<string, Partial<Board>>>;
}

/** A machine of which nothing is known: QEMU's own defaults, and QEMU's own words if it fails. */
export const unknownBoard: Board = {
  cpu: undefined,
  fixedCpu: false,
  cpus: undefined,
  memory: undefined,
  serialPorts: 4,
  furtherPorts: [],
  console: "first",
  diskBus: "virtio",
  diskBuses: undefined,
  virtioPlaces: undefined,
  exitDevice: undefined,
  isa: false,
  pci: undefined,
  pc: false,
  needsFirmware: false,
  ownFirmware: false,
  flashBytes: undefined,
  firmwareAt: undefined,
  vectorTable: undefined,
  since: undefined,
  laterName: undefined,
  keyboard: undefined,
  deviceTree: true,
  kernelForms: undefined,
  flatAt: undefined,
  elfAddressBits: undefined,
  emulator: undefined,
};

/** Where QEMU takes the addresses of an ELF file as they are. */
export const allAddressBits = 2n ** 64n - 1n;

/** Disk buses of a machine with PCI, by controllers that are plugged in. */
export const pciDiskBuses: readonly DiskBus[] = ["ahci", "virtio", "scsi", "nvme", "usb", "sd"];
