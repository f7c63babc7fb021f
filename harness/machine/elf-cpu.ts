/** What an ELF file says of the CPU that it was built for, and which one of QEMU's that is. */
import { SpecError } from "../evidence/index.ts";
import {
  type ArmAttributes,
  type ByteSource,
  type CortexMProgram,
  type Elf,
  readArmAttributes,
  readCortexM,
  readRiscvArchitecture,
} from "../guest/index.ts";
import type { Board } from "./board.ts";
import type { DetectedImage } from "./image-types.ts";
import type { MachineSpec } from "./spec.ts";

export interface ElfCpu {
  /** For an Arm processor of the M profile, a microcontroller. */
  readonly isCortexM: boolean;
  /** What it needs of one. */
  readonly cortexM?: CortexMProgram;
  /** Of a program for another Arm. */
  readonly arm?: ArmAttributes;
  /** Tag_RISCV_arch: "rv64i2p1_m2p0_v1p0". */
  readonly riscvArchitecture?: string;
}

const machines = { arm: 40, riscv: 243 } as const;
/** EF_MIPS_ARCH of MIPS III to V and of all releases of MIPS64 (binutils, elf/mips.h). */
const mips64Levels = [2, 3, 4, 6, 8, 10];
/** Tag_CPU_arch of v8-A and v9-A, whose AArch32 has instructions that a Cortex-A15 has not. */
const arm8Architectures = [14, 22];
/** Bits of a vector register that QEMU's CPUs have unless they are told otherwise. */
const vectorBits = 128;

export async function readElfCpu(source: ByteSource, elf: Elf): Promise<ElfCpu> {
  if (elf.machine === machines.riscv) {
    const riscvArchitecture = await readRiscvArchitecture(source, elf);
    return { isCortexM: false, ...(riscvArchitecture === undefined ? {} : { riscvArchitecture }) };
  }
  if (elf.machine !== machines.arm) return { isCortexM: false };
  const cortexM = await readCortexM(source, elf);
  if (cortexM !== undefined) return { isCortexM: true, cortexM };
  const arm = await readArmAttributes(source, elf);
  return { isCortexM: false, ...(arm === undefined ? {} : { arm }) };
}

/** Whether it is 64-bit code in a 32-bit container, as a `vmlinux.32` is. */
export function isMips64({ flags }: Elf): boolean {
  return mips64Levels.includes(flags >>> 28);
}

/** The CPU where the board's own would not execute the program; `undefined` where it does. */
export function cpuFor(image: DetectedImage | undefined, { cpu }: Board): string | undefined {
  if (image?.kind !== "elf" || cpu === undefined) return undefined;
  const { arm, riscvArchitecture } = image;
  if (cpu === "cortex-a15" && arm8Architectures.includes(arm?.architecture ?? 0)) return "max";
  if (riscvArchitecture === undefined || !/_v\d/.test(riscvArchitecture)) return undefined;
  const wanted = [...riscvArchitecture.matchAll(/_zvl(\d+)b/g)].map(([, bits]) => Number(bits));
  const most = Math.max(vectorBits, ...wanted);
  return `${cpu},v=true${most > vectorBits ? `,vlen=${most}` : ""}`;
}

/** @throws `SpecError` for a program for a Cortex-R, where the spec names no board. */
export function checkProfile(
  { cpu, machine }: MachineSpec,
  image: DetectedImage | undefined,
): void {
  if (image?.kind !== "elf" || image.arm?.profile !== "R") return;
  if (cpu !== undefined || machine !== undefined) return;
  throw new SpecError(
    "machine",
    `is missing: ${image.path} was built for a Cortex-R (Tag_CPU_arch_profile is R), which "virt" ` +
      'has not; QEMU 9.0 and newer have a Cortex-R52 on "mps3-an536"; name a board, or "virt" if ' +
      "a Cortex-A shall execute it",
  );
}
