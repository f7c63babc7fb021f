/** Which board a program for a Cortex-M is for: by its CPU, floating point and addresses. */
import { SpecError } from "../evidence/index.ts";
import type { ArmAttributes } from "../guest/index.ts";
import {
  type CortexMBoard,
  type CortexMCore,
  type CortexMNeeds,
  cortexMBoards,
  cortexMCores,
  type FloatingPointUnit,
  floatingPointUnits,
} from "./boards/cortex-m.ts";
import { partAt } from "./elf-parts.ts";
import type { ElfImage } from "./image-types.ts";

/** Where nothing tells more than that it is for a Cortex-M. */
export const plainCortexMBoard = "mps2-an385";

/** By Tag_CPU_arch; 10 is v7, and with it v7-M. */
const coreOfArchitecture: Readonly<Record<number, CortexMCore>> = {
  10: "M3",
  11: "M0",
  12: "M0",
  13: "M4",
  16: "M33",
  17: "M33",
  21: "M55",
};
/** Values of Tag_FP_arch for FPv5, which a Cortex-M4 has not. */
const fpv5 = [7, 8];

/** What a program needs of a processor, by its attributes. */
export function needsOf(attributes: ArmAttributes | undefined): CortexMNeeds {
  if (attributes === undefined) return { core: "M0", floatingPoint: "none" };
  const { architecture, cpuName, floatingPoint, hasMve, isSingleOnly } = attributes;
  const told = coreOfArchitecture[architecture ?? 0] ?? "M3";
  const isM7 = told === "M4" && (/cortex-m7/i.test(cpuName ?? "") || fpv5.includes(floatingPoint));
  const core = hasMve ? "M55" : isM7 ? "M7" : told;
  return { core, floatingPoint: floatingPointOf(floatingPoint, isSingleOnly, core) };
}

/** The unit of a Cortex-M4 has single precision only, and that of an M33 in QEMU as well. */
function floatingPointOf(value: number, isSingle: boolean, core: CortexMCore): FloatingPointUnit {
  if (value === 0) return "none";
  return isSingle || core === "M4" || core === "M33" ? "single" : "double";
}

function canDo(board: CortexMNeeds, needs: CortexMNeeds): boolean {
  const isEnough = <Name>(all: readonly Name[], has: Name, wants: Name) =>
    all.indexOf(has) >= all.indexOf(wants);
  return (
    isEnough(cortexMCores, board.core, needs.core) &&
    isEnough(floatingPointUnits, board.floatingPoint, needs.floatingPoint)
  );
}

/**
 * The first board that can do what the program needs, has its vector table where the program has
 * one, its stack in memory, and all of its parts, if there is such a board.
 * @throws `SpecError` where no board can start it.
 */
export function chooseCortexMBoard(image: ElfImage): string {
  const program = image.cortexM;
  if (program === undefined || image.parts.length === 0) return plainCortexMBoard;
  const needs = needsOf(program.attributes);
  // Without attributes only the addresses tell.
  const able = Object.entries(cortexMBoards).filter(
    ([name, board]) =>
      canDo(board, needs) && (program.attributes !== undefined || name !== "microbit"),
  );
  const starting = able.filter(([, board]) => starts(board, image));
  const whole = starting.find(([, board]) => image.parts.every((part) => holds(board, part)));
  const [found] = whole ?? starting[0] ?? [];
  if (found !== undefined) return found;
  throw new SpecError("machine", `is missing: ${image.path} ${whyNone(image, needs, able)}`);
}

function starts(board: CortexMBoard, { cortexM, parts }: ElfImage): boolean {
  const hasTable = board.vectorsAt.some((at) => partAt(parts, at) !== undefined);
  const stack = cortexM?.stack;
  // A stack begins behind the memory that it takes first.
  return hasTable && (stack === undefined || isMemory(board, stack - 4n, stack - 1n));
}

function holds(board: CortexMBoard, { address, memorySizeBytes }: ElfImage["parts"][number]) {
  return isMemory(board, address, address + memorySizeBytes - 1n);
}

function isMemory({ memory }: CortexMBoard, first: bigint, last: bigint): boolean {
  return memory.some(([start, end]) => start <= first && last <= end);
}

function whyNone(
  image: ElfImage,
  needs: CortexMNeeds,
  able: readonly (readonly [string, CortexMBoard])[],
): string {
  const places = image.parts.map(({ address }) => hexadecimal(address)).join(", ");
  const stack = image.cortexM?.stack;
  const stackWords = stack === undefined ? "" : `, its stack at ${hexadecimal(stack)}`;
  const boards = able.map(([name, { vectorsAt }]) => {
    const last = vectorsAt.map(hexadecimal).join(" or ");
    return `${name} (vector table at ${last})`;
  });
  const known = boards.length === 0 ? "has no board for that" : `has ${boards.join(", ")}`;
  return (
    `is for ${describeNeeds(needs)} with segments at ${places}${stackWords}, and no board starts ` +
    `that; QEMU ${known}; link it for one of them, or name another as machine`
  );
}

/** "a Cortex-M4 with floating point". */
export function describeNeeds({ core, floatingPoint }: CortexMNeeds): string {
  const unit = { none: "", single: " with floating point", double: " with double precision" };
  return `a Cortex-${core}${unit[floatingPoint]}`;
}

/**
 * @throws `SpecError` where the board that the spec names cannot execute the program: its first
 *   such instruction would fault.
 */
export function checkCortexMBoard(image: ElfImage, machineType: string): void {
  const board = cortexMBoards[machineType];
  const attributes = image.cortexM?.attributes;
  if (board === undefined || attributes === undefined) return;
  const needs = needsOf(attributes);
  if (canDo(board, needs)) return;
  const better = Object.entries(cortexMBoards).filter(
    ([, other]) => canDo(other, needs) && starts(other, image),
  );
  const names = better.map(([name]) => name).join(", ");
  const advice =
    names === "" ? "build it for that CPU, or give another machine" : `QEMU has ${names}`;
  throw new SpecError(
    "machine",
    `got "${machineType}", which has ${describeNeeds(board)}, but ${image.path} was built for ` +
      `${describeNeeds(needs)}; ${advice}, or name a cpu if the board shall have another`,
  );
}

function hexadecimal(address: bigint): string {
  return `0x${address.toString(16)}`;
}
