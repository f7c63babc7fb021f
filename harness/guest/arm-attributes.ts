/**
 * The build attributes of an Arm ELF file, by which compilers say what CPU it needs (Addenda to,
 * and Errata in, the ABI for the Arm Architecture, chapter 3).
 */
import type { Elf } from "./elf.ts";
import { type ByteSource, FieldReader } from "./elf-bytes.ts";

/** SHT_ARM_ATTRIBUTES (ELF for the Arm Architecture, section 5.3). */
const attributesSection = 0x70000003;
const sectionHeaderBytes = 40;
const sectionsLimit = 4096;
const attributesLimitBytes = 64 * 1024;

/** Tags of the "aeabi" attributes (section 3.3.5). */
const tag = {
  file: 1,
  cpuRawName: 4,
  cpuName: 5,
  cpuArch: 6,
  cpuProfile: 7,
  fpArch: 10,
  hardFpUse: 27,
  compatibility: 32,
  dspExtension: 46,
  mveArch: 48,
} as const;

/** What they say; what they do not say is `undefined`. */
export interface ArmAttributes {
  /** "A", "R", "M", or "S" for any of the first two. */
  readonly profile: string | undefined;
  /** Value of Tag_CPU_arch. */
  readonly architecture: number | undefined;
  /** "cortex-m4", or just "7E-M". */
  readonly cpuName: string | undefined;
  /** Value of Tag_FP_arch; 0 is no floating-point unit. */
  readonly floatingPoint: number;
  /** Whether it uses no double precision, where it says that. */
  readonly isSingleOnly: boolean;
  readonly hasDsp: boolean;
  /** Vector instructions of v8.1-M. */
  readonly hasMve: boolean;
}

/**
 * @returns `undefined` where the file has none, or none that can be read.
 * @throws `ElfError` where the file is truncated.
 */
export async function readArmAttributes(
  source: ByteSource,
  elf: Elf,
): Promise<ArmAttributes | undefined> {
  const section = await readSection(source, elf);
  return section === undefined ? undefined : parseArmAttributes(section);
}

async function readSection(source: ByteSource, elf: Elf): Promise<Buffer | undefined> {
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
 * attributes.
 */
export function parseArmAttributes(section: Buffer): ArmAttributes | undefined {
  if (section[0] !== 0x41 || section.length < 16) return undefined;
  const vendorBytes = Math.min(section.readUInt32LE(1), section.length - 1);
  const nameEnd = section.indexOf(0, 5);
  if (nameEnd === -1 || section.toString("latin1", 5, nameEnd) !== "aeabi") return undefined;
  const part = nameEnd + 1;
  if (section[part] !== tag.file || part + 5 > section.length) return undefined;
  const end = Math.min(part + section.readUInt32LE(part + 1), vendorBytes + 1);
  const { numbers, texts } = readPairs(section.subarray(part + 5, Math.max(part + 5, end)));
  const profile = numbers.get(tag.cpuProfile) ?? 0;
  return {
    profile: profile === 0 ? undefined : String.fromCharCode(profile),
    architecture: numbers.get(tag.cpuArch),
    cpuName: texts.get(tag.cpuName),
    floatingPoint: numbers.get(tag.fpArch) ?? 0,
    isSingleOnly: numbers.get(tag.hardFpUse) === 1,
    hasDsp: numbers.get(tag.dspExtension) === 1,
    hasMve: (numbers.get(tag.mveArch) ?? 0) !== 0,
  };
}

/** Tags above 32 hold a text where they are odd. */
function readPairs(bytes: Buffer): { numbers: Map<number, number>; texts: Map<number, string> } {
  const [numbers, texts] = [new Map<number, number>(), new Map<number, string>()];
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
    if (!isText) numbers.set(name, number());
    if (isText || name === tag.compatibility) {
      const zero = bytes.indexOf(0, at);
      const end = zero === -1 ? bytes.length : zero;
      texts.set(name, bytes.toString("latin1", at, end));
      at = end + 1;
    }
  }
  return { numbers, texts };
}
