/** Whether a CPU takes no interrupt, and how the code is to be read that it executes then. Pure. */
import type { InstructionSet } from "./plain-instructions.ts";
import type { CpuRegisters } from "./registers.ts";
import { codeBitsOf } from "./x86-code.ts";

/** What of a machine decides which interrupts reach its CPUs. */
export interface CpuSurroundings {
  /** Suffix of the emulator ("aarch64"). */
  readonly arch: string;
  /**
   * Arm: the highest exception level that the CPUs have, if that is known. Interrupts may be routed
   * to a higher level than the current one, and are not masked below it then (Arm ARM D1.3.6).
   */
  readonly highestLevel?: 1 | 2 | 3 | undefined;
}

/**
 * The instruction set of a CPU that provably takes no interrupt as it stands; `undefined` where it
 * does, or where its registers leave that open. NMIs are not meant.
 */
export function deafInstructionSet(
  { arch, highestLevel }: CpuSurroundings,
  cpu: CpuRegisters,
): InstructionSet | undefined {
  switch (arch) {
    case "x86_64":
    case "i386":
      return ofX86(cpu);
    case "aarch64":
    case "arm":
      return ofArm(cpu, highestLevel);
    case "riscv64":
    case "riscv32":
      return takesNoRiscvInterrupt(cpu) ? "riscv" : undefined;
    case "mips":
    case "mips64":
    case "mipsel":
    case "mips64el":
      return takesNoMipsInterrupt(cpu) ? mipsOf(arch) : undefined;
    case "ppc":
    case "ppc64":
      return takesNoPowerInterrupt(cpu) ? "ppc" : undefined;
    default:
      return undefined;
  }
}

/** At privilege 0, with neither single steps (RFLAGS.TF) nor breakpoints (DR7, bits 0 to 7). */
function ofX86({ interruptsEnabled, values }: CpuRegisters): InstructionSet | undefined {
  const trap = 1n << 8n;
  const traps = ((values.get("rfl") ?? values.get("efl") ?? trap) & trap) !== 0n;
  const hasBreakpoints = ((values.get("dr7") ?? 0n) & 0xffn) !== 0n;
  if (interruptsEnabled !== false || values.get("cpl") !== 0n || traps || hasBreakpoints) {
    return undefined;
  }
  const bits = codeBitsOf(values);
  return bits === undefined ? undefined : `x86-${bits}`;
}

/** PSTATE and CPSR alike: I is bit 7, F is bit 6. AArch64: the level is in bits 2 and 3. */
function ofArm(
  { values }: CpuRegisters,
  highestLevel: CpuSurroundings["highestLevel"],
): InstructionSet | undefined {
  const state = values.get("pstate") ?? values.get("psr");
  if (state === undefined || (state & 0xc0n) !== 0xc0n) return undefined;
  if (values.has("pstate")) {
    return Number((state >> 2n) & 3n) >= (highestLevel ?? 3) ? "aarch64" : undefined;
  }
  // AArch32: without a higher level. Bit 5 says Thumb.
  if (highestLevel !== 1) return undefined;
  return (state & 0x20n) === 0n ? "arm" : "thumb";
}

/**
 * The level is not shown, and an interrupt of a higher one is never masked; so none may be enabled
 * (`mie`), but the software interrupts that only a CPU itself or another asks for: SSI (bit 1) and
 * MSI (bit 3) (RISC-V privileged ISA 3.1.9).
 */
function takesNoRiscvInterrupt({ values }: CpuRegisters): boolean {
  const enabled = values.get("mie");
  return enabled !== undefined && (enabled & ~0b1010n) === 0n;
}

/** Status.IE is clear, or EXL or ERL is set (MIPS32 volume III, 6.1.2). */
function takesNoMipsInterrupt({ values }: CpuRegisters): boolean {
  const status = values.get("status");
  return status !== undefined && (status & 0b111n) !== 1n;
}

function mipsOf(arch: string): InstructionSet {
  return arch.endsWith("el") ? "mipsel" : "mips";
}

/** MSR.EE, and CE of the embedded ones, are clear (Power ISA, Book III, 3.2.1 and 7.5). */
function takesNoPowerInterrupt({ values }: CpuRegisters): boolean {
  const state = values.get("msr");
  return state !== undefined && (state & 0x2_8000n) === 0n;
}
