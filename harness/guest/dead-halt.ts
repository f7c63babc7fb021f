/** Whether anything can still wake the guest: the judgement behind the finding "dead halt". */
import type { CpuRegisters, RegisterFormat } from "./registers.ts";

/** What the registers say about a silent guest. */
export interface HaltJudgement {
  /** Nothing that the registers and the code show can get the guest going again. */
  readonly dead: boolean;
  /** Where it is dead: whether a CPU jumps in place, instead of being halted. */
  readonly spins?: boolean;
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
 * On x86 a guest is dead when every CPU that was started is halted, or jumps in place, with
 * interrupts off. What could wake it all the same, an NMI or an SMI, is for the caller to look for.
 * A CPU that was never started does not count, one that firmware started and parked does.
 *
 * On Arm and RISC-V `wfi` wakes on masked interrupts too and idle kernels sit there, so only a
 * guest is claimed dead of which every CPU jumps in place; whether others sleep, their code tells
 * (`stoppingInstruction`).
 *
 * @param spinning the CPUs that jump in place and take no interrupts.
 */
export function findDeadHalt(
  format: RegisterFormat,
  registers: readonly CpuRegisters[],
  spinning: ReadonlySet<number> = new Set(),
): HaltJudgement {
  if (registers.length === 0) {
    return { dead: false, idle: undefined, because: "no registers could be read" };
  }
  if (format === "x86") return judgeX86(registers, spinning);
  if (registers.every(({ cpu }) => spinning.has(cpu))) return dead(registers, registers, spinning);
  // A secondary CPU that is switched off cannot be told from one that runs, so CPU 0 counts.
  const because = "QEMU does not show whether a CPU is halted on this architecture";
  return { dead: false, idle: undefined, because, cpu: registers[0]?.cpu ?? 0 };
}

function judgeX86(
  registers: readonly CpuRegisters[],
  spinning: ReadonlySet<number>,
): HaltJudgement {
  const started = registers.filter((cpu) => cpu.started !== false);
  const first = started[0];
  if (first === undefined) {
    return { dead: false, idle: undefined, because: "no CPU has been started" };
  }
  const awake = started.find((cpu) => cpu.halted !== true && !spinning.has(cpu.cpu));
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
  return dead(started, registers, spinning);
}

function dead(
  started: readonly CpuRegisters[],
  all: readonly CpuRegisters[],
  spinning: ReadonlySet<number>,
): HaltJudgement {
  const first = started.find(({ cpu }) => spinning.has(cpu)) ?? (started[0] as CpuRegisters);
  const spins = spinning.has(first.cpu);
  const because = deadBecause(first, started, all, spinning);
  return { dead: true, idle: false, because, cpu: first.cpu, ...(spins ? { spins } : {}) };
}

function deadBecause(
  first: CpuRegisters,
  started: readonly CpuRegisters[],
  all: readonly CpuRegisters[],
  spinning: ReadonlySet<number>,
): string {
  const waiting = all.length - started.length;
  const rest = waiting === 0 ? "" : `; ${waiting} more never started`;
  const spinners = started.filter(({ cpu }) => spinning.has(cpu)).length;
  if (started.length === 1) {
    const does = spinners === 1 ? "jumps in place" : "is halted";
    return `CPU ${first.cpu} ${does} with interrupts off${where(first)}${rest}`;
  }
  const count = started.length === 2 ? "both" : `all ${started.length}`;
  const place = `CPU ${first.cpu}${where(first)}${rest}`;
  const halted = spinners === started.length ? "" : "are halted";
  const spin = spinners === 0 ? "" : "jump in place";
  const doing = [halted, spin].filter(Boolean).join(" or ");
  return `${count} started CPUs ${doing} with interrupts off, ${place}`;
}

function where(cpu: CpuRegisters): string {
  return cpu.instructionPointer === undefined ? "" : ` at 0x${cpu.instructionPointer.toString(16)}`;
}
