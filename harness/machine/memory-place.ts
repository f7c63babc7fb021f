/** Whether what QEMU is to load has come to lie in memory: it drops silently what does not. */
import { stat } from "node:fs/promises";
import { SpecError } from "../evidence/index.ts";
import type { MemoryRange, QmpClient } from "../qmp/index.ts";
import { allAddressBits } from "./boards/board-facts.ts";
import type { ChosenBoard } from "./choose-board.ts";
import type { MachinePlan } from "./command-line.ts";
import type { ElfPart } from "./elf-parts.ts";
import type { DetectedImage, ElfImage } from "./image-types.ts";

/** Ranges of memory that an error names. */
const shownRanges = 6;
const mebibyte = 1024n ** 2n;
/** Beyond that an address is no matter of memory. */
const mostBytes = 64n * 1024n * mebibyte;
/** The least that any PC has of it before devices begin (QEMU, hw/i386/pc_q35.c). */
const mostX86Bytes = 2048n * mebibyte;

const other = "name the board that it is linked for as machine";

/** What there is to look at. */
export interface LoadedThings {
  readonly plan: Pick<MachinePlan, "board" | "deviceTree" | "flatBinary" | "kernel">;
  /** The image under test. */
  readonly image: DetectedImage | undefined;
}

/**
 * To be asked of a machine whose guest has not executed anything yet. A part of an ELF file without
 * which the guest starts all the same is a warning.
 * @throws `SpecError` where not every byte of a flat binary is in memory, or of the part of an ELF
 *   file that is entered, or where more memory would hold what does not fit, with how much.
 */
export async function checkMemoryPlace(
  { image, plan }: LoadedThings,
  qmp: Pick<QmpClient, "query">,
): Promise<void> {
  const { board, flatBinary } = plan;
  const parts = partsToFind(image, plan);
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
  if (image?.kind !== "elf") return;
  const ram = map.filter(({ kind }) => kind === "ram");
  for (const part of parts) {
    const end = part.address + part.memorySizeBytes - 1n;
    if (!isCovered(part.address, end, memory)) judgeMisplaced(image, part, board, map);
    else if (isWrittenThere(part, ram)) judgeUnwritable(image, part, board, map);
  }
}

/** A part that start-up code copies into RAM is written to there, and not where it is loaded. */
function isWrittenThere(part: ElfPart, ram: readonly MemoryRange[]): boolean {
  const { address, isWritten, memorySizeBytes: size, virtualAddress } = part;
  const isRam = (start: bigint) => isCovered(start, start + size - 1n, ram);
  return isWritten && !isRam(address) && (address === virtualAddress || !isRam(virtualAddress));
}

/** Linkers write flags of data for code alone as well (-N), which may do without: a warning. */
function judgeUnwritable(
  { path }: ElfImage,
  { address, isCode, memorySizeBytes }: ElfPart,
  board: ChosenBoard,
  map: readonly MemoryRange[],
): void {
  const what =
    `${path} has a segment for data at ${span(address, address + memorySizeBytes - 1n)}, ` +
    whereMemoryIs(board, map, "nothing that can be written to");
  if (!isCode) throw new SpecError("kernel", `${what}; link it to an address in RAM, or ${other}`);
  process.emitWarning(`bringup: ${what}; if it is written to, ${other}`);
}

function judgeMisplaced(
  image: ElfImage,
  part: ElfPart,
  board: ChosenBoard,
  map: readonly MemoryRange[],
): void {
  const end = part.address + part.memorySizeBytes - 1n;
  const memory = memoryFor(part, board, map);
  // Devices that a linker script has names for.
  if (memory === undefined && part.fileSizeBytes === 0n) return;
  const what =
    `${image.path} has a segment that would lie at ${span(part.address, end)}, ` +
    whereMemoryIs(board, map);
  const entersAt = image.entersAt & (board.facts.elfAddressBits ?? allAddressBits);
  const isEntered = part.address <= entersAt && entersAt <= end;
  if (memory === undefined && !isEntered) {
    process.emitWarning(`bringup: ${what}; the guest starts without its bytes`);
    return;
  }
  const more = memory === undefined ? "" : `take memory: "${memory}M" or more, or `;
  throw new SpecError(
    "kernel",
    `${what}; ${more}link it to an address there (a linker script, or ` +
      `-Wl,-Ttext=… with -Wl,-n, which loads no headers), or ${other}`,
  );
}

/** The least memory in MiB with which the part would be in it; `undefined` where none helps. */
function memoryFor(
  { address, fileSizeBytes, memorySizeBytes }: ElfPart,
  { arch, facts }: ChosenBoard,
  map: readonly MemoryRange[],
): bigint | undefined {
  const ram = map.filter(({ kind }) => kind === "ram");
  const main = ram.reduce<MemoryRange | undefined>(
    (largest, one) => (largest === undefined || size(one) > size(largest) ? one : largest),
    undefined,
  );
  if (facts.memory === undefined || main === undefined) return undefined;
  const isX86 = arch === "x86_64" || arch === "i386";
  const start = isX86 ? 0n : main.startAddress;
  const isBehind = address > main.endAddress && fileSizeBytes > 0n;
  const beginsInside = address >= start && address <= main.endAddress;
  const needed = address + memorySizeBytes - start;
  if ((!isBehind && !beginsInside) || needed > (isX86 ? mostX86Bytes : mostBytes)) return undefined;
  return (needed + mebibyte - 1n) / mebibyte;
}

function size({ endAddress, startAddress }: MemoryRange): bigint {
  return endAddress - startAddress;
}

/**
 * The parts that have to be in memory, by physical addresses. Only where QEMU loads into the memory
 * that the map shows: a Cortex-M has memory of its own, as has the secure world of an Arm.
 */
function partsToFind(
  image: DetectedImage | undefined,
  { board, kernel }: LoadedThings["plan"],
): readonly ElfPart[] {
  if (image?.kind !== "elf") return [];
  const { facts, firmware, machine } = board;
  const isMultiboot = image.bootable?.startsWith("multiboot") === true;
  // Of the first MiB of a PC, firmware and loaders have their own idea.
  if (isMultiboot || (image.bootable === "pvh" && kernel !== undefined)) {
    return image.parts.filter(({ address }) => address >= mebibyte);
  }
  const bits = facts.elfAddressBits;
  if (image.bootable !== "entry" || kernel === undefined || bits === undefined) return [];
  // Firmware is handed the file as it is, unless QEMU brings it for the board.
  const isLoaded = firmware === "default" || firmware === "none" || facts.ownFirmware;
  if (!isLoaded || /\bsecure\b/.test(machine)) return [];
  const parts = image.parts.filter((part) => !part.isDispensable);
  return parts.map((part) => ({ ...part, address: part.address & bits }));
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

function whereMemoryIs(
  { arch, machineType }: ChosenBoard,
  map: readonly MemoryRange[],
  lack = "no memory",
): string {
  const places = map.filter(({ kind }) => kind === "ram").map(placeOf);
  const more = places.length > shownRanges ? ", …" : "";
  const shown = places.slice(0, shownRanges).join(", ");
  return `where ${machineType} of ${arch} has ${lack}; its RAM is at ${shown}${more}`;
}

function placeOf({ endAddress, name, startAddress }: MemoryRange): string {
  return `${span(startAddress, endAddress)} (${name})`;
}

function span(start: bigint, end: bigint): string {
  return `0x${start.toString(16)} to 0x${end.toString(16)}`;
}
