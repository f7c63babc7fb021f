/**
 * Machine type, CPU, memory and firmware, from image and spec alone: never from the accelerator
 * or the host, so that a verdict does not change with the laptop. Pure.
 */
import { SpecError } from "../evidence/index.ts";
import {
  type Architecture,
  architectureNamed,
  architecturesWith,
  type Board,
  boardOf,
  unversioned,
} from "./board.ts";
import { needsUefi } from "./boot-media/boot-loader.ts";
import { checkCortexMBoard, chooseCortexMBoard, plainCortexMBoard } from "./choose-cortex-m.ts";
import { chooseDisplay, type DisplayAdapter } from "./display-adapter.ts";
import { checkProfile, cpuFor } from "./elf-cpu.ts";
import { partAt } from "./elf-parts.ts";
import { checkElfStart } from "./elf-start.ts";
import { type ChosenExit, chooseExit } from "./exit-device.ts";
import { checkFirmware } from "./firmware-check.ts";
import { architectureOf } from "./image-check.ts";
import type { DetectedImage } from "./image-types.ts";
import { checkKernelForm } from "./kernel-form.ts";
import { hasDebugConsole } from "./port-specs.ts";
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
  /** `undefined` leaves it to QEMU: boards that take one number only. */
  readonly cpus: number | undefined;
  /** Bytes; `undefined` leaves it to QEMU: boards with fixed memory. */
  readonly memory: string | number | undefined;
  /** `"default"` is what QEMU brings for the board; `"qboot"` its fast PC firmware. */
  readonly firmware: Exclude<Firmware, "bios"> | "default" | "qboot";
  /** The display adapter, where there is one. */
  readonly display: DisplayAdapter | undefined;
  /** By what a guest can end QEMU, where there is something. */
  readonly exit: ChosenExit | undefined;
  /** The row of the table. */
  readonly facts: Board;
}

/** Works the board out. @throws `SpecError` where the image does not tell and the spec must. */
export function chooseBoard(spec: MachineSpec, image: DetectedImage | undefined): ChosenBoard {
  const arch = chooseArchitecture(spec, image);
  const machine = spec.machine ?? chooseMachine(spec, image, arch);
  if (machine === undefined) {
    throw new SpecError(
      "machine",
      `is missing: say which board of ${arch} to use, or correct arch`,
    );
  }
  const machineType = machine.split(",")[0] as string;
  const facts = boardOf(arch, machineType);
  const place = `${machineType} of ${arch}`;
  const firmware = chooseFirmware(spec, image, facts, machineType, place);
  checkFirmware(spec, image);
  checkKernelForm(spec, image, facts, place);
  checkElfStart(image, { facts, firmware });
  if (hasDebugConsole(spec) && !facts.isa) {
    const advice = "it needs the I/O ports of a PC; leave it out, and use a serial port";
    throw new SpecError("debugConsole", `is not possible on ${place}: ${advice}`);
  }
  checkCpu(spec, image, facts, place);
  checkProfile(spec, image);
  if (spec.deviceTree !== undefined && !facts.deviceTree) {
    throw new SpecError(
      "deviceTree",
      `is not possible: ${place} gives its kernel none; leave it out`,
    );
  }
  return {
    arch,
    machine,
    machineType,
    cpu: spec.cpu ?? cpuFor(image, facts) ?? facts.cpu,
    cpus: spec.cpus ?? facts.cpus,
    memory: spec.memory ?? defaultMemory(facts, firmware),
    firmware,
    display: chooseDisplay(spec, image, facts, place),
    exit: chooseExit(spec.exitDevice, { arch, machineType, facts }),
    facts,
  };
}

/** Of a disk or a CD that boots by UEFI, which any architecture may have. */
const untold = "the EFI system partition has not one boot file that would tell the architecture";

function chooseArchitecture(spec: MachineSpec, image: DetectedImage | undefined): string {
  if (spec.arch !== undefined) return spec.arch;
  const found = image === undefined ? undefined : architectureOf(image);
  // The 64-bit emulator runs 32-bit PCs as well, and is the one that everybody has installed.
  if (found === "i386") return "x86_64";
  if (found !== undefined) return found;
  const uefiOnly = image === undefined ? undefined : uefiOnlyArchitectures(image);
  if (uefiOnly !== undefined) {
    if (uefiOnly.includes("x86_64")) return "x86_64";
    throw new SpecError("arch", `is missing: ${untold}`);
  }
  const { cdrom, directory, disks, firmware } = spec;
  const isNothing = [image, firmware, disks, cdrom, directory].every((one) => one === undefined);
  if (isNothing) {
    throw new SpecError("kernel", "is missing: give an image, or firmware, disks or arch");
  }
  return architectureByMachine(spec.machine?.split(",")[0] ?? "", image);
}

/** Where no file tells, the board that is named does; else what firmware boots is a PC's. */
function architectureByMachine(machineType: string, image: DetectedImage | undefined): string {
  const [arch, ...others] = architecturesWith(machineType);
  if (arch !== undefined && others.length === 0) return arch;
  if (arch !== undefined) {
    const boards = `${machineType} is a board of ${[arch, ...others].join(", ")}`;
    throw new SpecError("arch", `is missing: ${boards}; name one of them`);
  }
  if (image === undefined || image.kind === "iso9660") return "x86_64";
  throw new SpecError("arch", "is missing: this image does not tell for which computer it is");
}

/** Architectures of the boot files of a disk or a CD that boots by UEFI alone. */
function uefiOnlyArchitectures(image: DetectedImage): readonly string[] | undefined {
  if (image.kind === "boot-sector") return image.uefiOnly;
  return image.kind === "iso9660" && !image.elTorito.bios ? (image.architectures ?? []) : undefined;
}

function chooseMachine(
  spec: MachineSpec,
  image: DetectedImage | undefined,
  arch: string,
): string | undefined {
  const row = architectureNamed(arch);
  if (arch === "arm" && image?.kind === "elf" && image.isCortexM) return chooseCortexMBoard(image);
  if (arch === "arm" && image?.kind === "unknown" && image.isVectorTable) return plainCortexMBoard;
  if (row?.common.isa !== true) return (row && boardByAddress(row, image)) ?? row?.machine;
  const isUefiDisk = image?.kind === "boot-sector" && image.uefiOnly !== undefined;
  if (spec.firmware === "uefi" || image?.kind === "efi-application" || isUefiDisk) return "q35";
  // A PVH kernel as well, though microvm would start it faster: who writes a kernel for x86 has a
  // whole PC in mind, with its keyboard, its PCI bus and what firmware leaves behind.
  return row.machine;
}

/** A board whose firmware has its kernels at the address where this one lies and begins. */
function boardByAddress(
  { boards }: Architecture,
  image: DetectedImage | undefined,
): string | undefined {
  if (image?.kind !== "elf") return undefined;
  const { entersAt, parts } = image;
  const rows = Object.entries(boards);
  return rows.find(([, { flatAt }]) => flatAt === entersAt && flatAt === parts[0]?.address)?.[0];
}

function chooseFirmware(
  spec: MachineSpec,
  image: DetectedImage | undefined,
  facts: Board,
  machineType: string,
  place: string,
): ChosenBoard["firmware"] {
  if (spec.firmware === "bios") return "default";
  if (spec.firmware === "none" && facts.needsFirmware) {
    throw new SpecError(
      "firmware",
      `got "none", but ${place} starts nothing without firmware; leave it out`,
    );
  }
  if (spec.firmware !== undefined) return spec.firmware;
  if (needsUefi(image, spec.bootLoader, facts.isa)) return "uefi";
  // Linked to where a RISC-V board has its firmware: it takes the firmware's place.
  const { firmwareAt } = facts;
  if (image?.kind === "elf" && firmwareAt !== undefined && partAt(image.parts, firmwareAt)) {
    return "none";
  }
  // A flat binary with an address of its own is where firmware would be, or starts without it.
  if (spec.loadAddress !== undefined) return facts.needsFirmware ? "default" : "none";
  return machineType === "microvm" ? "qboot" : "default";
}

/** @throws `SpecError` for a CPU that the board has not: QEMU would silently start another. */
function checkCpu(
  spec: MachineSpec,
  image: DetectedImage | undefined,
  facts: Board,
  place: string,
): void {
  if (spec.cpu !== undefined && facts.fixedCpu) {
    throw new SpecError("cpu", `got "${spec.cpu}", but ${place} has its own; leave it out`);
  }
  if (image?.kind !== "elf" || !image.isCortexM) return;
  if (spec.cpu === undefined && spec.machine !== undefined) {
    checkCortexMBoard(image, unversioned(spec.machine.split(",")[0] as string));
  }
  if (facts.vectorTable !== false) return;
  throw new SpecError(
    "machine",
    `got "${spec.machine}", but the kernel is for a Cortex-M, which ${place} has not; ` +
      `leave it out for ${chooseCortexMBoard(image)}, or name another board with one`,
  );
}

/** UEFI firmware needs more than a kernel does. */
function defaultMemory(facts: Board, firmware: ChosenBoard["firmware"]): string | undefined {
  return firmware === "uefi" && facts.memory === "128M" ? "256M" : facts.memory;
}
