/** Whether a flat binary has come to lie in memory: QEMU drops silently what does not. */
import { stat } from "node:fs/promises";
import { SpecError } from "../evidence/index.ts";
import type { MemoryRange, QmpClient } from "../qmp/index.ts";
import type { MachinePlan } from "./command-line.ts";

/** Ranges of memory that an error names. */
const shownRanges = 6;

/**
 * To be asked of a machine whose guest has not executed anything yet.
 * @throws `SpecError` where not every byte of the binary is in memory, with where memory is.
 */
export async function checkFlatBinaryPlace(
  { board, flatBinary }: Pick<MachinePlan, "board" | "flatBinary">,
  qmp: Pick<QmpClient, "query">,
): Promise<void> {
  if (flatBinary === undefined) return;
  const ranges = await qmp.query.memoryMap();
  const memory = ranges.filter(({ kind }) => kind !== "io");
  const start = BigInt(flatBinary.address);
  const end = start + BigInt((await stat(flatBinary.file)).size) - 1n;
  if (isCovered(start, end, memory)) return;
  const places = memory.filter(({ kind }) => kind === "ram").map(placeOf);
  const more = places.length > shownRanges ? ", …" : "";
  throw new SpecError(
    "loadAddress",
    `is not right: the binary would lie at ${span(start, end)}, where ${board.machineType} of ` +
      `${board.arch} has no memory; its RAM is at ${places.slice(0, shownRanges).join(", ")}${more}`,
  );
}

/** Whether all addresses from `start` to `end` are in ranges, which are in order. */
export function isCovered(
  start: bigint,
  end: bigint,
  ranges: readonly Pick<MemoryRange, "startAddress" | "endAddress">[],
): boolean {
  let next = start;
  for (const { endAddress, startAddress } of ranges) {
    if (startAddress <= next && next <= endAddress) next = endAddress + 1n;
  }
  return next > end;
}

function placeOf({ endAddress, name, startAddress }: MemoryRange): string {
  return `${span(startAddress, endAddress)} (${name})`;
}

function span(start: bigint, end: bigint): string {
  return `0x${start.toString(16)} to 0x${end.toString(16)}`;
}
