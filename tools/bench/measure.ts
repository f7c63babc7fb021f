/** Measures one row: ours and the reference in turn, so that both meet the same host. */
import { GuestError } from "../../harness/evidence/index.ts";
import { type BootOptions, bootMachine, type Machine } from "../../harness/machine/index.ts";
import { timeBareQemu } from "./bare-qemu.ts";
import { timeRefusals } from "./measure-refusals.ts";
import { timeFloods, timeTransfers } from "./measure-serial.ts";
import {
  type BootRow,
  type DeathRow,
  deathLimitMs,
  overheadMs,
  type Row,
  refusalLimitMs,
} from "./rows.ts";
import { interquartileRange, median } from "./statistics.ts";

/** As `reports/bench.json` has it; all but `name` and `ratio` in milliseconds. */
export interface BenchResult {
  readonly name: string;
  /** Median of ours. */
  readonly oursMs: number;
  /** Median of bare QEMU; for a dead guest and a bad spec the target itself. */
  readonly referenceMs: number;
  readonly ratio: number;
  /** Interquartile range of ours. */
  readonly spread: number;
  /** The most memory that a process of ours had, in MiB, where a row measures that. */
  readonly peakMiB?: number;
}

/** Turns that are taken first and dropped: they fill caches. */
const warmUpTurns = 2;
/** What the kernels under test never print. */
const neverPrinted = "login: ";

/**
 * @param options what a run knows already, as a test would have it from the plugin.
 * @throws whatever booting throws: `HostError` where this host cannot run the row at all.
 */
export async function measure(row: Row, runs: number, options: BootOptions): Promise<BenchResult> {
  const ours: number[] = [];
  const reference: number[] = [];
  const peaks: number[] = [];
  const take = await samplerOf(row, options);
  const turns = "mostRuns" in row ? Math.min(runs, row.mostRuns) : runs;
  for (let turn = 0; turn < warmUpTurns + turns; turn += 1) {
    const sample = await take(turn);
    if (turn < warmUpTurns) continue;
    ours.push(sample.oursMs);
    reference.push(sample.referenceMs);
    if (sample.peakMiB !== undefined) peaks.push(sample.peakMiB);
  }
  const [oursMs, referenceMs] = [median(ours), median(reference)];
  const ratio = oursMs / referenceMs;
  const memory = peaks.length === 0 ? {} : { peakMiB: Math.max(...peaks) };
  return {
    name: row.name,
    oursMs,
    referenceMs,
    ratio,
    spread: interquartileRange(ours),
    ...memory,
  };
}

async function samplerOf(
  row: Row,
  options: BootOptions,
): Promise<(turn: number) => Promise<Sample>> {
  switch (row.kind) {
    case "boot":
      return await comparison(row, options);
    case "death":
      return () => timeDeath(row, options);
    case "transfer":
      return (turn) => timeTransfers(row, turn);
    case "flood":
      return (turn) => timeFloods(row, options, turn);
    case "refusal":
      return () => timeRefusals(options);
  }
}

/** The most that the row may take, in milliseconds, against this reference. */
export function targetMs(row: Row, referenceMs: number): number {
  if (row.kind === "death") return deathLimitMs;
  if (row.kind === "refusal") return refusalLimitMs;
  if (row.kind !== "boot") return referenceMs * row.mostRatio;
  return Math.max(referenceMs * row.mostRatio, referenceMs + overheadMs);
}

/** What one turn took. */
export interface Sample {
  readonly oursMs: number;
  readonly referenceMs: number;
  readonly peakMiB?: number;
}

/** One turn of both, each first in every other turn: whatever one leaves behind meets the other. */
async function comparison(
  row: BootRow,
  options: BootOptions,
): Promise<(turn: number) => Promise<Sample>> {
  const { command } = await timeBoot(row, options);
  return async (turn) => {
    if (turn % 2 === 0) {
      const { oursMs } = await timeBoot(row, options);
      return { oursMs, referenceMs: await timeBareQemu(command, row.pattern) };
    }
    const referenceMs = await timeBareQemu(command, row.pattern);
    return { oursMs: (await timeBoot(row, options)).oursMs, referenceMs };
  };
}

async function timeBoot(row: BootRow, options: BootOptions) {
  const startMs = performance.now();
  await using machine = await bootMachine(row.spec, options);
  await machine.serial.waitFor(row.pattern);
  const oursMs = performance.now() - startMs;
  return { oursMs, command: machine.record().reproduce };
}

async function timeDeath(row: DeathRow, options: BootOptions): Promise<Sample> {
  await using machine = await bootMachine(row.spec, options);
  const error = await machine.serial.waitFor(neverPrinted).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const reportedMs = performance.now();
  const ending = error instanceof GuestError ? (error.exit ?? error.finding)?.kind : undefined;
  if (ending !== row.ending) {
    const message = `${row.name} was to end with ${row.ending}, and ended otherwise`;
    throw new Error(message, { cause: error });
  }
  return { oursMs: reportedMs - diedMs(row, machine), referenceMs: deathLimitMs };
}

/** When the guest died, on the clock of `performance.now()`. */
function diedMs(row: DeathRow, machine: Machine): number {
  if (row.diesWith === "last byte") return machine.serial.lastActivityMs;
  const reset = machine.qmp.events.find(({ event }) => event === "RESET");
  if (reset?.timestampMs === undefined) throw new Error(`${row.name}: QEMU told of no reset`);
  return reset.timestampMs - performance.timeOrigin;
}
