/** Whether anything can still wake the guest: the judgement behind the finding "dead halt". */
import type { CpuRegisters, RegisterFormat } from "./registers.ts";

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
 * claimed dead; whether they sleep, their code tells (`stoppingInstruction`).
 */
export function findDeadHalt(
  format: RegisterFormat,
  registers: readonly CpuRegisters[],
): HaltJudgement {
  if (registers.length === 0) {
    return { dead: false, idle: undefined, because: "no registers could be read" };
  }
  if (format === "x86") return judgeX86(registers);
  // A secondary CPU that is switched off cannot be told from one that runs, so CPU 0 counts.
  const because = "QEMU does not show whether a CPU is halted on this architecture";
  return { dead: false, idle: undefined, because, cpu: registers[0]?.cpu ?? 0 };
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

function where(cpu: CpuRegisters): string {
  return cpu.instructionPointer === undefined ? "" : ` at 0x${cpu.instructionPointer.toString(16)}`;
}
