/** Whether anything can still wake the guest: the judgement behind the finding "dead halt". */
import type { CpuRegisters } from "./registers.ts";

/** What the registers say about a silent guest. */
export interface HaltJudgement {
  /** Every started CPU is halted with interrupts off. Claimed on x86 only. */
  readonly dead: boolean;
  /** Every CPU sleeps, but may be woken; `undefined` where the registers do not tell. */
  readonly idle: boolean | undefined;
  /** What the judgement rests on, in words. */
  readonly because: string;
  /** The CPU to look at first. */
  readonly cpu?: number;
}

/**
 * Judges one sample of registers.
 *
 * On x86 a guest is dead when every CPU that was started is halted with interrupts off. (An NMI or
 * an SMI could still wake it; no QEMU machine sends one unasked.) A CPU that was never started does
 * not count, one that firmware started and parked does.
 *
 * On Arm and RISC-V `wfi` wakes on masked interrupts too and idle kernels sit there, so nothing is
 * claimed dead. `codeBefore` gives, per CPU, the bytes right before its instruction pointer (four
 * of them); with it the judgement can say "idle" where they are a `wfi`.
 */
export function findDeadHalt(
  arch: string,
  registers: readonly CpuRegisters[],
  codeBefore: ReadonlyMap<number, Uint8Array> = new Map(),
): HaltJudgement {
  if (registers.length === 0) {
    return { dead: false, idle: undefined, because: "no registers could be read" };
  }
  if (arch === "x86_64" || arch === "i386") return judgeX86(registers);
  return judgeByInstruction(arch, registers, codeBefore);
}

function judgeX86(registers: readonly CpuRegisters[]): HaltJudgement {
  const started = registers.filter((cpu) => cpu.started !== false);
  const first = started[0];
  if (first === undefined) {
    return { dead: false, idle: undefined, because: "no CPU has been started" };
  }
  const awake = started.find((cpu) => cpu.halted !== true);
  if (awake !== undefined) {
    const doing =
      awake.halted === undefined ? "does not say whether it is halted" : "is not halted";
    const because = `CPU ${awake.cpu} ${doing}${where(awake)}`;
    return {
      dead: false,
      idle: awake.halted === undefined ? undefined : false,
      because,
      cpu: awake.cpu,
    };
  }
  const wakeable = started.find((cpu) => cpu.interruptsEnabled !== false);
  if (wakeable !== undefined) {
    const because = `CPU ${wakeable.cpu} is halted with interrupts on${where(wakeable)}`;
    return { dead: false, idle: true, because, cpu: wakeable.cpu };
  }
  return {
    dead: true,
    idle: false,
    because: deadBecause(first, started, registers),
    cpu: first.cpu,
  };
}

function deadBecause(
  first: CpuRegisters,
  started: readonly CpuRegisters[],
  all: readonly CpuRegisters[],
): string {
  const waiting = all.length - started.length;
  const rest = waiting === 0 ? "" : `; ${waiting} more never started`;
  if (started.length === 1) {
    return `CPU ${first.cpu} is halted with interrupts off${where(first)}${rest}`;
  }
  const count = started.length === 2 ? "both" : `all ${started.length}`;
  const place = `CPU ${first.cpu}${where(first)}${rest}`;
  return `${count} started CPUs are halted with interrupts off, ${place}`;
}

function judgeByInstruction(
  arch: string,
  registers: readonly CpuRegisters[],
  codeBefore: ReadonlyMap<number, Uint8Array>,
): HaltJudgement {
  const unsure = "QEMU does not show whether a CPU is halted on this architecture";
  const first = registers[0];
  if (first === undefined) return { dead: false, idle: undefined, because: unsure };
  // A secondary CPU that is switched off cannot be told from one that runs, so CPU 0 decides.
  const code = codeBefore.get(first.cpu);
  if (code === undefined) return { dead: false, idle: undefined, because: unsure, cpu: first.cpu };
  if (!endsInWaitForInterrupt(arch, code)) {
    const because = `CPU ${first.cpu} does not stand behind a wfi${where(first)}`;
    return { dead: false, idle: undefined, because, cpu: first.cpu };
  }
  const because = `CPU ${first.cpu} waits for an interrupt (wfi)${where(first)}`;
  return { dead: false, idle: true, because, cpu: first.cpu };
}

/** Encodings of `wfi`, as little-endian words (Arm ARM C6.2, F5.1; RISC-V privileged ISA 3.3.3). */
const waitForInterrupt: Readonly<Record<string, readonly (readonly number[])[]>> = {
  aarch64: [[0x7f, 0x20, 0x03, 0xd5]],
  arm: [
    [0x03, 0xf0, 0x20, 0xe3],
    [0x30, 0xbf],
  ],
  riscv64: [[0x73, 0x00, 0x50, 0x10]],
  riscv32: [[0x73, 0x00, 0x50, 0x10]],
};

function endsInWaitForInterrupt(arch: string, code: Uint8Array): boolean {
  return (waitForInterrupt[arch] ?? []).some(
    (encoding) =>
      code.length >= encoding.length &&
      encoding.every((byte, index) => code[code.length - encoding.length + index] === byte),
  );
}

function where(cpu: CpuRegisters): string {
  return cpu.instructionPointer === undefined ? "" : ` at 0x${cpu.instructionPointer.toString(16)}`;
}
