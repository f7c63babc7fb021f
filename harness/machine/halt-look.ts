/** Looks whether anything can still wake a guest that has fallen silent. */
import {
  type CpuRegisters,
  type CpuSurroundings,
  deafInstructionSet,
  findDeadHalt,
  type HaltJudgement,
  isEndlessLoop,
  loopReachBytes,
  type RegisterFormat,
  wakingPin,
  wakingVector,
} from "../guest/index.ts";

/** How the guest is looked at; what cannot be read is `undefined`. */
export interface HaltLook extends CpuSurroundings {
  readonly format: RegisterFormat;
  readonly accelerator: string;
  /** Whether a watchdog that runs out sends an NMI. */
  readonly hasNmiWatchdog: boolean;
  readonly code: (cpu: number, start: bigint, count: number) => Promise<number[] | undefined>;
  readonly monitor: (line: string, cpu?: number) => Promise<string | undefined>;
}

/** Whether every started CPU halts, or jumps in place, for good. */
export async function judgeHalt(
  look: HaltLook,
  registers: readonly CpuRegisters[],
): Promise<HaltJudgement> {
  const judgement = findDeadHalt(look.format, registers, await spinning(look, registers));
  if (!judgement.dead || look.format !== "x86") return judgement;
  const source = await wakeSource(look, registers);
  if (source === undefined) return judgement;
  return { ...judgement, dead: false, idle: true, because: `${judgement.because}, but ${source}` };
}

/** The CPUs that jump in place with interrupts off; none where one is seen to do anything else. */
async function spinning(look: HaltLook, registers: readonly CpuRegisters[]): Promise<Set<number>> {
  const found = new Set<number>();
  for (const cpu of registers) {
    if (cpu.started === false || cpu.halted === true) continue;
    if (!(await spins(look, cpu))) return new Set();
    found.add(cpu.cpu);
  }
  return found;
}

async function spins(look: HaltLook, cpu: CpuRegisters): Promise<boolean> {
  const set = deafInstructionSet(look, cpu);
  const address = cpu.instructionPointer;
  if (set === undefined || address === undefined) return false;
  const reach = BigInt(loopReachBytes);
  const before = address < reach ? address : reach;
  // What is before it, or far behind it, need not be in memory.
  for (const [back, count] of [[before, loopReachBytes * 2] as const, [0n, 16] as const]) {
    const start = address - back;
    const bytes = await look.code(cpu.cpu, start, count);
    if (bytes === undefined) continue;
    return isEndlessLoop(set, { start, bytes: Uint8Array.from(bytes) }, address);
  }
  return false;
}

async function wakeSource(
  look: HaltLook,
  registers: readonly CpuRegisters[],
): Promise<string | undefined> {
  if (look.hasNmiWatchdog) return "a watchdog that runs out sends an NMI";
  for (const { cpu, started } of registers) {
    if (started === false) continue;
    const source = wakingVector((await look.monitor("info lapic", cpu)) ?? "", look.accelerator);
    if (source !== undefined) return source;
  }
  return wakingPin((await look.monitor("info pic")) ?? "");
}
