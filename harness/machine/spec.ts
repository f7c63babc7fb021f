/** What a machine is made of, as plain data. */

import type { Device } from "./devices/device.ts";
import type { DiskError, DiskLimits } from "./disk-options.ts";

import type { ExitDeviceChoice } from "./exit-device.ts";
import type { ExitOutcomes } from "./exit-outcomes.ts";
import type { SerialPortChoice } from "./port-specs.ts";

/** How a disk can be attached. */
export const diskBuses = [
  "virtio",
  "virtio-mmio",
  "ide",
  "ahci",
  "scsi",
  "nvme",
  "usb",
  "sd",
  "floppy",
] as const;

export type DiskBus = (typeof diskBuses)[number];

/** A disk. Writes go to a throw-away overlay unless `persist` says otherwise. */
export interface Disk {
  /** Image file, relative to the working directory. Instead of it `size` makes an empty disk. */
  readonly file?: string;
  /** Size of an empty disk: "64M", "1G", or a number of bytes. */
  readonly size?: string | number;
  /** Default: `"ide"` on x86 `pc`, `"ahci"` on `q35`, `"virtio"` elsewhere. */
  readonly bus?: DiskBus;
  /** `"raw"`, `"qcow2"`, …; default: what the file's first bytes say. */
  readonly format?: string;
  readonly readOnly?: boolean;
  /** `true` lets the guest write to the image itself. */
  readonly persist?: boolean;
  /** What the guest reads as the disk's serial number. */
  readonly serialNumber?: string;
  /** Most requests and bytes a second. */
  readonly limits?: DiskLimits;
  /** Requests that fail. */
  readonly errors?: readonly DiskError[];
}

/** `"uefi"`, `"bios"`, `"none"`, a firmware file, or code and variables apart. */
export type Firmware =
  | "bios"
  | "uefi"
  | "none"
  | (string & {})
  | { readonly code: string; readonly variables?: string };

/** A file that the boot loader puts into memory beside the kernel. */
export interface BootModule {
  readonly file: string;
  /** What the kernel is told of it. */
  readonly commandLine?: string;
}

/** `"grub"` of this computer, or Limine by the directory that has its files. */
export type BootLoader = "grub" | { readonly limine: string };

/**
 * A machine as plain data. Every field is optional; what is left out follows from the image and
 * the host, and the record of the run says to what.
 */
export interface MachineSpec {
  /** Image to boot: ELF, Multiboot, bzImage, boot sector or disk image, ISO, EFI application. */
  readonly kernel?: string;
  /** Initial RAM disk. */
  readonly initrd?: string;
  /** Kernel command line. */
  readonly commandLine?: string;
  /** Boot modules, for a kernel started by Multiboot or Limine. */
  readonly modules?: readonly (string | BootModule)[];
  /** Boot loader on a medium made for the kernel; default: GRUB for Multiboot 2, else QEMU. */
  readonly bootLoader?: BootLoader;
  /** Device tree blob for the kernel, instead of the one that QEMU makes for the board. */
  readonly deviceTree?: string;
  /**
   * Physical address for a `kernel` that is a flat binary: a number, or "0x40200000". CPU 0 begins
   * there. Needs `arch` or `machine`, for nothing else tells what the bytes are for.
   */
  readonly loadAddress?: number | string;
  /** ELF with symbols and debug information; default: `kernel` where it is an ELF. */
  readonly symbols?: string;
  readonly firmware?: Firmware;
  readonly disks?: readonly (string | Disk)[];
  /** Further devices, made by `usb`, `scsi`, `network`, …, with the controllers they need. */
  readonly devices?: readonly Device[];
  /** ISO 9660 image in a CD drive. */
  readonly cdrom?: string;
  /** Directory that is made into a FAT disk; without a kernel, UEFI firmware boots from it. */
  readonly directory?: string;
  /** Suffix of the QEMU binary: "x86_64", "aarch64", "riscv64", …; default: from the image. */
  readonly arch?: string;
  /** QEMU machine type, with options ("q35", "virt,gic-version=3"). */
  readonly machine?: string;
  /** QEMU CPU model. */
  readonly cpu?: string;
  /** Number of CPUs, default 1; on boards that have several, all of them. */
  readonly cpus?: number;
  /** "128M", "1G", or a number of bytes. */
  readonly memory?: string | number;
  readonly accelerator?: "auto" | "kvm" | "tcg" | "hvf";
  /**
   * Names of the serial ports, in the order of the board, or `{ name, encoding }` for text that is
   * not UTF-8 ("shift_jis": `TextDecoder`'s names); default `["serial0"]`. On a Raspberry
   * Pi, where kernels differ in which UART they take, the default is `["console", "other"]`:
   * `console` is the one that prints first.
   */
  readonly serialPorts?: readonly (string | SerialPortChoice)[];
  /**
   * Display adapter for `vm.screen`: QEMU's VGA adapter, its paravirtual one, or a frame in RAM.
   * Default: `"std"` on a PC, but not for a Linux bzImage; `"none"` elsewhere. No window is opened.
   */
  readonly display?: "std" | "virtio" | "ramfb" | "none";
  /** x86 debug console at port 0xE9, as `vm.debugConsole`; `{ encoding }` if not in UTF-8. */
  readonly debugConsole?: boolean | { readonly encoding: string };
  /**
   * How the guest ends QEMU with a status; `true` is the board's own way: x86 `isa-debug-exit` at
   * 0xf4 (the default where there is an ISA bus), `{ port }` for another port, semihosting on Arm;
   * `{ device: "semihosting", encoding }` where what is printed by it is not UTF-8.
   */
  readonly exitDevice?: ExitDeviceChoice;
  /** What the statuses mean: then a failure fails the test, and a skip skips it. */
  readonly exitOutcomes?: ExitOutcomes;
  /** What a reset by the guest does: end the machine (default), or go on. */
  readonly onReset?: "stop" | "continue";
  /** `"virtual"`: time is made of the guest's own instructions, the same in each run; needs TCG. */
  readonly clock?: "host" | "virtual";
  /** Fatal output of this guest, instead of the well-known panics; `[]` for none. */
  readonly failOn?: readonly (string | RegExp)[];
  /** Milliseconds that QEMU may take until the guest's first instruction; default 30,000. */
  readonly bootTimeoutMs?: number;
  /** QEMU binary to use, a path or a name on PATH. */
  readonly qemu?: string;
  /** Further QEMU arguments. What collides with the harness's own is refused by name. */
  readonly qemuArguments?: readonly string[];
  /** Start paused with a gdb stub, print how to attach, and suspend time-outs. */
  readonly debug?: boolean;
}

/** What `boot()` takes: a spec, in which `null` takes away what the plugin's `machine` says. */
export type SpecChanges = {
  readonly [Field in keyof MachineSpec]: MachineSpec[Field] | null;
};
