/** Whether an Arm program is for a microcontroller (M profile) or for a processor with an MMU. */
import type { Elf } from "./elf.ts";
import { loadedSegments } from "./elf.ts";
import { type ByteSource, FieldReader } from "./elf-bytes.ts";

/** SHT_ARM_ATTRIBUTES (ELF for the Arm Architecture, section 5.3). */
const attributesSection = 0x70000003;
const sectionHeaderBytes = 40;
const sectionsLimit = 4096;
const attributesLimitBytes = 64 * 1024;

/** Tags of the "aeabi" attributes (Addenda to the ABI for the Arm Architecture, section 3.3.5). */
const tag = { file: 1, cpuName: 4, cpuRawName: 5, cpuArch: 6, cpuProfile: 7, compatibility: 32 };
/** Values of the tag CPU_arch that only the M profile has: v6-M to v8.1-M. */
const microcontrollerArchitectures = [11, 12, 13, 16, 17, 21];

/**
 * Judges by the attributes that compilers write; without them, by the vector table: a stack pointer
 * in RAM (0x20000000 to 0x3fffffff) and the odd address of the entry (Armv7-M ARM, B1.5.3).
 * @throws `ElfError` where the file is truncated.
 */
export async function isCortexM(source: ByteSource, elf: Elf): Promise<boolean> {
  if (elf.bits !== 32 || elf.endian !== "little") return false;
  const attributes = await readAttributes(source, elf);
  const verdict = attributes === undefined ? undefined : isMicrocontroller(attributes);
  return verdict ?? (await hasVectorTable(source, elf));
}

async function readAttributes(source: ByteSource, elf: Elf): Promise<Buffer | undefined> {
  const { count, entrySizeBytes, offset } = elf.sectionTable;
  if (count === 0 || count > sectionsLimit || entrySizeBytes !== sectionHeaderBytes) {
    return undefined;
  }
  const table = await source.read(offset, count * entrySizeBytes, "the table of sections");
  for (let index = 0; index < count; index += 1) {
    const header = new FieldReader(table.subarray(index * entrySizeBytes), elf);
    if (header.word(4) !== attributesSection) continue;
    const sizeBytes = Math.min(header.word(20), attributesLimitBytes);
    return await source.read(header.word(16), sizeBytes, "the Arm attributes");
  }
  return undefined;
}

/**
 * The section is 'A', then of each vendor a length, a name and parts; a part is a tag, a length and
 * attributes. @returns `undefined` where the attributes do not tell, or cannot be read.
 */
export function isMicrocontroller(section: Buffer): boolean | undefined {
  if (section[0] !== 0x41 || section.length < 16) return undefined;
  const vendorBytes = Math.min(section.readUInt32LE(1), section.length - 1);
  const nameEnd = section.indexOf(0, 5);
  if (nameEnd === -1 || section.toString("latin1", 5, nameEnd) !== "aeabi") return undefined;
  const part = nameEnd + 1;
  if (section[part] !== tag.file || part + 5 > section.length) return undefined;
  const end = Math.min(part + section.readUInt32LE(part + 1), vendorBytes + 1);
  const attributes = readAttributePairs(section.subarray(part + 5, Math.max(part + 5, end)));
  const profile = attributes.get(tag.cpuProfile);
  if (profile !== undefined && profile !== 0) return profile === "M".charCodeAt(0);
  const architecture = attributes.get(tag.cpuArch);
  return architecture === undefined
    ? undefined
    : microcontrollerArchitectures.includes(architecture);
}

/** Numbers by tag; texts are skipped. Tags above 32 hold a text where they are odd. */
function readAttributePairs(bytes: Buffer): Map<number, number> {
  const pairs = new Map<number, number>();
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * 2 ** Math.min(shift, 49);
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const name = number();
    const isText = name === tag.cpuName || name === tag.cpuRawName || (name > 32 && name % 2 === 1);
    if (!isText) pairs.set(name, number());
    if (isText || name === tag.compatibility) {
      const end = bytes.indexOf(0, at);
      at = end === -1 ? bytes.length : end + 1;
    }
  }
  return pairs;
}

async function hasVectorTable(source: ByteSource, elf: Elf): Promise<boolean> {
  const first = loadedSegments(elf).reduce(
    (lowest, segment) =>
      lowest === undefined || segment.physicalAddress < lowest.physicalAddress ? segment : lowest,
    undefined as ReturnType<typeof loadedSegments>[number] | undefined,
  );
  if (first === undefined || first.fileSizeBytes < 8n) return false;
  const table = await source.read(first.offset, 8, "the vector table");
  return looksLikeVectorTable(table, BigInt(elf.entry));
}

/** @param entry where the program begins, with or without its Thumb bit, if that is known. */
export function looksLikeVectorTable(table: Buffer, entry?: bigint): boolean {
  if (table.length < 8) return false;
  const [stack, reset] = [table.readUInt32LE(0), table.readUInt32LE(4)];
  const isStack = stack >= 0x2000_0000 && stack <= 0x4000_0000 && stack % 4 === 0;
  const isThumb = reset % 2 === 1;
  return isStack && isThumb && (entry === undefined || BigInt(reset) === (entry | 1n));
}
