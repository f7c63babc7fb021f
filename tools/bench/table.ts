/** The results as a person reads them. Pure. */
import { type BenchResult, targetMs } from "./measure.ts";
import type { Row } from "./rows.ts";

/** Share of the CPUs' time in other hands from which figures prove nothing. */
const busyShare = 0.1;

/** A row with what became of it. */
export interface Outcome {
  readonly row: Row;
  /** `undefined` where this host cannot run the row. */
  readonly result: BenchResult | undefined;
  /** Why there is no result. */
  readonly reason?: string;
  /** Share of the CPUs' time that others used meanwhile; `undefined` where nobody can tell. */
  readonly load: number | undefined;
}

export type Verdict = "ok" | "MISSED" | "busy" | "not run";

/** What an outcome says: a target that was missed on a busy host was not judged at all. */
export function verdictOf({ load, result, row }: Outcome): Verdict {
  if (result === undefined) return "not run";
  const isLean = !(row.kind === "transfer" && (result.peakMiB ?? 0) > row.mostMiB);
  // Memory is the same however busy the host is.
  if (!isLean) return "MISSED";
  if (result.oursMs <= targetMs(row, result.referenceMs)) return "ok";
  return isBusy(load) ? "busy" : "MISSED";
}

export const tableHead = [
  "name                      ours  reference   ratio   spread   target",
  "                            ms         ms               ms       ms",
].join("\n");

/** One line of the table, and a second one where there is something to explain. */
export function tableLine(outcome: Outcome): string {
  const { load, reason, result, row } = outcome;
  if (result === undefined) return `${row.name.padEnd(22)}  not run: ${reason}`;
  const line = [
    row.name.padEnd(22),
    milliseconds(result.oursMs, 6),
    milliseconds(result.referenceMs, 9),
    result.ratio.toFixed(2).padStart(6),
    milliseconds(result.spread, 7),
    milliseconds(targetMs(row, result.referenceMs), 7),
    verdictOf(outcome),
  ].join("  ");
  const notes = [line];
  if (row.kind === "transfer") {
    const peak = (result.peakMiB ?? Number.NaN).toFixed(0);
    notes.push(`  at most ${peak} MiB of memory; the target is ${row.mostMiB} MiB`);
  }
  if (isBusy(load)) {
    const share = `${Math.round((load ?? 0) * 100)} %`;
    notes.push(`  the host was busy: others had ${share} of its CPUs, so this proves little`);
  }
  return notes.join("\n");
}

function isBusy(load: number | undefined): boolean {
  return load !== undefined && load > busyShare;
}

function milliseconds(value: number, width: number): string {
  return value.toFixed(1).padStart(width);
}
