/** Whether an Arm program is for a microcontroller (M profile), and what it needs of one. */
import { type ArmAttributes, readArmAttributes } from "./arm-attributes.ts";
import type { Elf } from "./elf.ts";
import { loadedSegments } from "./elf.ts";
import type { ByteSource } from "./elf-bytes.ts";

/** Values of Tag_CPU_arch that only the M profile has: v6-M to v8.1-M. */
const microcontrollerArchitectures = [11, 12, 13, 16, 17, 21];

/** A program for a Cortex-M. */
export interface CortexMProgram {
  /** What its compiler says; `undefined` where it says nothing. */
  readonly attributes: ArmAttributes | undefined;
  /** Where the vector table says that the stack begins, where there is a table. */
  readonly stack: bigint | undefined;
}

/**
 * Judges by the attributes that compilers write; without them, by the vector table: a stack pointer
 * in RAM (0x20000000 to 0x3fffffff) and the odd address of the entry (Armv7-M ARM, B1.5.3).
 * @returns `undefined` for a program that is for no Cortex-M.
 * @throws `ElfError` where the file is truncated.
 */
export async function readCortexM(
  source: ByteSource,
  elf: Elf,
): Promise<CortexMProgram | undefined> {
  if (elf.bits !== 32 || elf.endian !== "little") return undefined;
  const attributes = await readArmAttributes(source, elf);
  const verdict = attributes === undefined ? undefined : isMicrocontroller(attributes);
  if (verdict === false) return undefined;
  const table = await readVectorTable(source, elf);
  const isTable = table !== undefined && looksLikeVectorTable(table, BigInt(elf.entry));
  if (verdict === undefined && !isTable) return undefined;
  return { attributes, stack: isTable ? BigInt(table.readUInt32LE(0)) : undefined };
}

/** @returns `undefined` where the attributes do not tell. */
export function isMicrocontroller({ architecture, profile }: ArmAttributes): boolean | undefined {
  if (profile !== undefined) return profile === "M";
  return architecture === undefined
    ? undefined
    : microcontrollerArchitectures.includes(architecture);
}

async function readVectorTable(source: ByteSource, elf: Elf): Promise<Buffer | undefined> {
  const first = loadedSegments(elf).reduce(
    (lowest, segment) =>
      lowest === undefined || segment.physicalAddress < lowest.physicalAddress ? segment : lowest,
    undefined as ReturnType<typeof loadedSegments>[number] | undefined,
  );
  if (first === undefined || first.fileSizeBytes < 8n) return undefined;
  return await source.read(first.offset, 8, "the vector table");
}

/** @param entry where the program begins, with or without its Thumb bit, if that is known. */
export function looksLikeVectorTable(table: Buffer, entry?: bigint): boolean {
  if (table.length < 8) return false;
  const [stack, reset] = [table.readUInt32LE(0), table.readUInt32LE(4)];
  const isStack = stack >= 0x2000_0000 && stack <= 0x4000_0000 && stack % 4 === 0;
  const isThumb = reset % 2 === 1;
  // Texts have such numbers as well.
  const isText = table.subarray(0, 8).every((byte) => byte >= 0x20 && byte < 0x7f);
  return isStack && isThumb && !isText && (entry === undefined || BigInt(reset) === (entry | 1n));
}
