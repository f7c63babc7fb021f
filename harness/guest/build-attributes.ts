/**
 * Build attributes, by which compilers say in an ELF file what CPU it needs (Addenda to, and Errata
 * in, the ABI for the Arm Architecture, chapter 3; RISC-V ABIs Specification, "Attributes").
 */
import type { Elf } from "./elf.ts";
import { type ByteSource, FieldReader } from "./elf-bytes.ts";

/** SHT_ARM_ATTRIBUTES and SHT_RISCV_ATTRIBUTES, the same number in their own architectures. */
const attributesSection = 0x70000003;
const sectionsLimit = 4096;
const attributesLimitBytes = 64 * 1024;
/** Attributes of the whole file. */
const fileTag = 1;

/** Whose attributes they are, and which of them are texts. */
export interface AttributeVendor {
  readonly name: string;
  readonly isText: (tag: number) => boolean;
  /** One with a number and a text. */
  readonly compatibility?: number;
}

export interface BuildAttributes {
  readonly numbers: ReadonlyMap<number, number>;
  readonly texts: ReadonlyMap<number, string>;
}

/**
 * @returns `undefined` where the file has none, or none that can be read.
 * @throws `ElfError` where the file is truncated.
 */
export async function readBuildAttributes(
  source: ByteSource,
  elf: Elf,
  vendor: AttributeVendor,
): Promise<BuildAttributes | undefined> {
  const section = elf.endian === "little" ? await readSection(source, elf) : undefined;
  return section === undefined ? undefined : parseBuildAttributes(section, vendor);
}

async function readSection(source: ByteSource, elf: Elf): Promise<Buffer | undefined> {
  const { count, entrySizeBytes, offset } = elf.sectionTable;
  const headerBytes = elf.bits === 64 ? 64 : 40;
  if (count === 0 || count > sectionsLimit || entrySizeBytes !== headerBytes) return undefined;
  const table = await source.read(offset, count * entrySizeBytes, "the table of sections");
  for (let index = 0; index < count; index += 1) {
    const header = new FieldReader(table.subarray(index * entrySizeBytes), elf);
    if (header.word(4) !== attributesSection) continue;
    const sizeBytes = header.native(20, 32);
    const readBytes = sizeBytes > attributesLimitBytes ? attributesLimitBytes : Number(sizeBytes);
    return await source.read(header.native(16, 24), readBytes, "the build attributes");
  }
  return undefined;
}

/**
 * The section is 'A', then of each vendor a length, a name and parts; a part is a tag, a length and
 * attributes.
 */
function parseBuildAttributes(
  section: Buffer,
  vendor: AttributeVendor,
): BuildAttributes | undefined {
  if (section[0] !== 0x41 || section.length < 16) return undefined;
  const vendorBytes = Math.min(section.readUInt32LE(1), section.length - 1);
  const nameEnd = section.indexOf(0, 5);
  if (nameEnd === -1 || section.toString("latin1", 5, nameEnd) !== vendor.name) return undefined;
  const part = nameEnd + 1;
  if (section[part] !== fileTag || part + 5 > section.length) return undefined;
  const end = Math.min(part + section.readUInt32LE(part + 1), vendorBytes + 1);
  return readPairs(section.subarray(part + 5, Math.max(part + 5, end)), vendor);
}

function readPairs(bytes: Buffer, { compatibility, isText }: AttributeVendor): BuildAttributes {
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
    if (!isText(name)) numbers.set(name, number());
    if (isText(name) || name === compatibility) {
      const zero = bytes.indexOf(0, at);
      const end = zero === -1 ? bytes.length : zero;
      texts.set(name, bytes.toString("latin1", at, end));
      at = end + 1;
    }
  }
  return { numbers, texts };
}
