/** Whether what QEMU is to load has come to lie in memory: it drops silently what does not. */
import { stat } from "node:fs/promises";
import { SpecError } from "../evidence/index.ts";
import type { MemoryRange, QmpClient } from "../qmp/index.ts";
import type { ChosenBoard } from "./choose-board.ts";
import type { MachinePlan } from "./command-line.ts";
import type { ElfPart } from "./elf-parts.ts";
import type { DetectedImage } from "./image-types.ts";

/** Ranges of memory that an error names. */
const shownRanges = 6;

/** What there is to look at. */
export interface LoadedThings {
  readonly plan: Pick<MachinePlan, "board" | "deviceTree" | "flatBinary" | "kernel">;
  /** The image under test. */
  readonly image: DetectedImage | undefined;
}

/**
 * To be asked of a machine whose guest has not executed anything yet.
 * @throws `SpecError` where not every byte of a flat binary, or of an ELF file that QEMU loads by
 *   its physical addresses, is in memory, with where memory is.
 */
export async function checkMemoryPlace(
  { image, plan }: LoadedThings,
  qmp: Pick<QmpClient, "query">,
): Promise<void> {
  const { board, flatBinary } = plan;
  const parts = plan.kernel === undefined ? [] : partsToFind(image, board);
  if (flatBinary === undefined && parts.length === 0) return;
  const map = await qmp.query.memoryMap();
  const memory = map.filter(({ kind }) => kind !== "io");
  if (flatBinary !== undefined) {
    const start = BigInt(flatBinary.address);
    const end = start + BigInt((await stat(flatBinary.file)).size) - 1n;
    if (isCovered(start, end, memory)) return;
    const what = `is not right: the binary would lie at ${span(start, end)}`;
    throw new SpecError("loadAddress", `${what}, ${whereMemoryIs(board, map)}`);
  }
  for (const { address, fileSizeBytes } of parts) {
    const end = address + fileSizeBytes - 1n;
    if (isCovered(address, end, memory)) continue;
    throw new SpecError(
      "kernel",
      `${image?.path} has a segment that would lie at ${span(address, end)}, ` +
        `${whereMemoryIs(board, map)}; link it to an address there (a linker script, or ` +
        "-Wl,-Ttext=… with -Wl,-n, which loads no headers)",
    );
  }
}

/**
 * The parts that have to be in memory. Only where QEMU takes physical addresses as they are and
 * loads into the memory that the map shows: a Cortex-M has memory of its own, as has the secure
 * world of an Arm, and others translate addresses (QEMU, hw/arm/boot.c and hw/riscv/boot.c).
 */
function partsToFind(image: DetectedImage | undefined, board: ChosenBoard): readonly ElfPart[] {
  if (image?.kind !== "elf" || image.bootable !== "entry") return [];
  const { arch, facts, firmware, machine } = board;
  const isArm = (arch === "arm" || arch === "aarch64") && facts.vectorTable === false;
  // Where an Arm has firmware, that is handed the file as it is.
  const isLoaded = firmware === "default" || firmware === "none";
  const isPlainArm = isArm && isLoaded && !/\bsecure\b/.test(machine);
  const isPlain = isPlainArm || arch.startsWith("riscv");
  if (!isPlain) return [];
  return image.parts.filter((part) => part.fileSizeBytes > 0n && !part.isDispensable);
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

function whereMemoryIs({ arch, machineType }: ChosenBoard, map: readonly MemoryRange[]): string {
  const places = map.filter(({ kind }) => kind === "ram").map(placeOf);
  const more = places.length > shownRanges ? ", …" : "";
  const shown = places.slice(0, shownRanges).join(", ");
  return `where ${machineType} of ${arch} has no memory; its RAM is at ${shown}${more}`;
}

function placeOf({ endAddress, name, startAddress }: MemoryRange): string {
  return `${span(startAddress, endAddress)} (${name})`;
}

function span(start: bigint, end: bigint): string {
  return `0x${start.toString(16)} to 0x${end.toString(16)}`;
}
