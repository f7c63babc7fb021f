/**
 * Machine type, CPU, memory and firmware, from image and spec alone: never from the accelerator
 * or the host, so that a verdict does not change with the laptop. Pure.
 */
import { SpecError } from "../evidence/index.ts";
import { type Board, boardOf } from "./board.ts";
import { needsUefi } from "./boot-media/boot-loader.ts";
import { architectureOf } from "./image-check.ts";
import type { DetectedImage } from "./image-types.ts";
import type { Firmware, MachineSpec } from "./spec.ts";

/** The hardware that a spec and an image come to. */
export interface ChosenBoard {
  readonly arch: string;
  /** As `-machine` takes it, without the accelerator. */
  readonly machine: string;
  /** The type alone, without options. */
  readonly machineType: string;
  /** `undefined` leaves it to QEMU: boards that take one CPU only. */
  readonly cpu: string | undefined;
  /** Bytes; `undefined` leaves it to QEMU: boards with fixed memory. */
  readonly memory: string | number | undefined;
  /** `"default"` is what QEMU brings for the board; `"qboot"` its fast PC firmware. */
  readonly firmware: Exclude<Firmware, "bios"> | "default" | "qboot";
  /** Whether a VGA adapter is part of what this kind of image expects. */
  readonly vga: boolean;
  readonly isaDebugExit: boolean;
  readonly diskBus: "ide" | "ahci" | "virtio";
  /** Whether PC firmware looks for what to boot. */
  readonly isPc: boolean;
}

/** Works the board out. @throws `SpecError` where the image does not tell and the spec must. */
export function chooseBoard(spec: MachineSpec, image: DetectedImage | undefined): ChosenBoard {
  const arch = chooseArchitecture(spec, image);
  const board = boardOf(arch);
  const machine = spec.machine ?? chooseMachine(spec, image, board);
  if (machine === undefined) {
    throw new SpecError(
      "machine",
      `is missing: say which board of ${arch} to use, or correct arch`,
    );
  }
  const machineType = machine.split(",")[0] as string;
  const firmware = chooseFirmware(spec, image, board, machineType);
  checkPorts(spec, board, machineType);
  const isOurs = spec.machine === undefined || machineType === board?.machine || isX86(machineType);
  return {
    arch,
    machine,
    machineType,
    cpu: spec.cpu ?? (isOurs ? board?.cpu : undefined),
    memory: spec.memory ?? (isOurs ? defaultMemory(firmware) : undefined),
    firmware,
    vga: isPc(machineType) && image?.kind !== "bzimage" && firmware !== "qboot",
    isaDebugExit: chooseExitDevice(spec, board, machineType),
    diskBus: chooseDiskBus(board, machineType),
    isPc: isPc(machineType),
  };
}

/** Of a disk that boots by UEFI, which any architecture may have. */
const untold = "the EFI system partition has not one boot file that would tell the architecture";

function chooseArchitecture(spec: MachineSpec, image: DetectedImage | undefined): string {
  if (spec.arch !== undefined) return spec.arch;
  const found = image === undefined ? undefined : architectureOf(image);
  // The 64-bit emulator runs 32-bit PCs as well, and is the one that everybody has installed.
  if (found === "i386") return "x86_64";
  if (found !== undefined) return found;
  if (image?.kind === "boot-sector") {
    if (image.uefiOnly?.includes("x86_64")) return "x86_64";
    throw new SpecError("arch", `is missing: ${untold}`);
  }
  if (image?.kind === "iso9660" || image === undefined) {
    const hasFirmware = spec.firmware !== undefined;
    const hasMedia = [spec.disks, spec.cdrom, spec.directory].some((one) => one !== undefined);
    if (image !== undefined || hasMedia || hasFirmware) return "x86_64";
    throw new SpecError("kernel", "is missing: give an image, or firmware, disks or arch");
  }
  throw new SpecError("arch", "is missing: this image does not tell for which computer it is");
}

function chooseMachine(
  spec: MachineSpec,
  image: DetectedImage | undefined,
  board: Board | undefined,
): string | undefined {
  if (board === undefined || !board.hasIsa) return board?.machine;
  const isUefiDisk = image?.kind === "boot-sector" && image.uefiOnly !== undefined;
  if (spec.firmware === "uefi" || image?.kind === "efi-application" || isUefiDisk) return "q35";
  // A PVH kernel asks nothing of firmware, and microvm starts fastest; but it has no PCI bus, and
  // a single serial port.
  const needsPci = [spec.disks, spec.cdrom, spec.directory, spec.bootLoader].some(
    (one) => one !== undefined,
  );
  const needsPorts = (spec.serialPorts?.length ?? 1) > 1;
  const isPvh = image?.kind === "elf" && image.bootable === "pvh";
  const isSimple = !needsPci && !needsPorts && spec.firmware === undefined;
  return isPvh && isSimple ? "microvm" : board.machine;
}

function chooseFirmware(
  spec: MachineSpec,
  image: DetectedImage | undefined,
  board: Board | undefined,
  machineType: string,
): ChosenBoard["firmware"] {
  if (spec.firmware === "bios") return "default";
  if (spec.firmware === "none" && board?.needsFirmware === true) {
    throw new SpecError(
      "firmware",
      `got "none", but ${machineType} of ${board.arch} starts nothing without firmware; leave it out`,
    );
  }
  if (spec.firmware !== undefined) return spec.firmware;
  if (needsUefi(image, spec.bootLoader, board?.hasIsa === true)) return "uefi";
  return machineType === "microvm" ? "qboot" : "default";
}

function chooseExitDevice(
  spec: MachineSpec,
  board: Board | undefined,
  machineType: string,
): boolean {
  const possible = hasIsa(board, machineType);
  if (spec.exitDevice === true && !possible) {
    throw new SpecError(
      "exitDevice",
      `isa-debug-exit needs an ISA bus, which ${machineType} has not; leave exitDevice out`,
    );
  }
  return possible && spec.exitDevice !== false;
}

/** @throws `SpecError` for more ports than the machine has: QEMU would not say a word of it. */
function checkPorts(spec: MachineSpec, board: Board | undefined, machineType: string): void {
  if (board === undefined) return;
  if (spec.debugConsole === true && !hasIsa(board, machineType)) {
    const advice = "it needs the I/O ports of a PC; leave it out, and use a serial port";
    throw new SpecError(
      "debugConsole",
      `is not possible on ${machineType} of ${board.arch}: ${advice}`,
    );
  }
  const most = board.serialPorts[machineType] ?? board.serialPorts["*"] ?? 1;
  const wanted = spec.serialPorts?.length ?? 1;
  if (wanted <= most) return;
  const ports = `${machineType} of ${board.arch} has ${most}`;
  const advice = board.hasIsa ? 'take "pc" or "q35" as the machine' : "name no more";
  throw new SpecError("serialPorts", `names ${wanted} serial ports, but ${ports}; ${advice}`);
}

function hasIsa(board: Board | undefined, machineType: string): boolean {
  return board?.hasIsa === true && !board.withoutIsa.includes(machineType);
}

function chooseDiskBus(board: Board | undefined, machineType: string): ChosenBoard["diskBus"] {
  // "pc-q35-7.2" is the versioned name of "q35".
  const name = /^pc-q35(-|$)/.test(machineType) ? "q35" : machineType;
  return board?.diskBus[name] ?? board?.diskBus["*"] ?? "virtio";
}

function defaultMemory(firmware: ChosenBoard["firmware"]): string {
  return firmware === "uefi" ? "256M" : "128M";
}

function isX86(machineType: string): boolean {
  return isPc(machineType) || machineType === "microvm";
}

function isPc(machineType: string): boolean {
  return /^(pc|q35|isapc)(-|$)/.test(machineType);
}
