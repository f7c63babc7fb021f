/**
 * The header and the segments of an ELF file (System V ABI, chapters 4 and 5). Reads what it needs
 * and no more; every nonsense in the file is an `ElfError`.
 */
import { type ByteSource, ElfError, FieldReader } from "./elf-bytes.ts";

/** One program header: what a loader puts where. */
export interface ElfSegment {
  /** 1 is a part to load, 3 the program's interpreter, 4 notes. */
  readonly type: number;
  /** 1 execute, 2 write, 4 read, added up. */
  readonly flags: number;
  readonly offset: bigint;
  readonly virtualAddress: bigint;
  readonly physicalAddress: bigint;
  readonly fileSizeBytes: bigint;
  readonly memorySizeBytes: bigint;
  readonly alignment: bigint;
}

/** What the header says. */
export interface Elf {
  readonly bits: 32 | 64;
  readonly endian: "little" | "big";
  /** 1 relocatable, 2 executable, 3 shared or position-independent, 4 core. */
  readonly type: number;
  /** The number of the architecture (`e_machine`). */
  readonly machine: number;
  readonly entry: bigint;
  readonly flags: number;
  readonly programHeaderOffset: bigint;
  readonly segments: readonly ElfSegment[];
  readonly sectionTable: {
    readonly offset: bigint;
    readonly entrySizeBytes: number;
    readonly count: number;
  };
}

/** Values of `ElfSegment.type`. */
export const segmentType = { load: 1, interpreter: 3, note: 4 } as const;

/** Kernels have a handful of segments; core dumps have thousands and are not for us. */
const segmentsLimit = 1024;

/** `true` where the source starts with the ELF magic. */
export function isElf(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32BE(0) === 0x7f454c46;
}

/**
 * Reads the header and the segments. Throws `ElfError` where the file is no ELF, is truncated
 * inside them, or claims what cannot be (unknown class or byte order, too many segments).
 */
export async function readElf(source: ByteSource): Promise<Elf> {
  const identification = await source.read(0, 16, "the ELF identification");
  if (!isElf(identification))
    throw new ElfError("not an ELF file: the magic 7f 45 4c 46 is missing");
  const bits = identification[4] === 1 ? 32 : identification[4] === 2 ? 64 : undefined;
  const endian = identification[5] === 1 ? "little" : identification[5] === 2 ? "big" : undefined;
  if (bits === undefined)
    throw new ElfError(`the ELF class ${identification[4]} is neither 1 nor 2`);
  if (endian === undefined) {
    throw new ElfError(`the ELF byte order ${identification[5]} is neither 1 nor 2`);
  }
  const format = { bits, endian } as const;
  const header = new FieldReader(
    await source.read(0, bits === 64 ? 64 : 52, "the ELF header"),
    format,
  );
  const programHeaderOffset = header.native(28, 32);
  return {
    ...format,
    type: header.half(16),
    machine: header.half(18),
    entry: header.native(24, 24),
    flags: header.wordAt(36, 48),
    programHeaderOffset,
    segments: await readSegments(source, format, {
      offset: programHeaderOffset,
      entrySizeBytes: header.halfAt(42, 54),
      count: header.halfAt(44, 56),
    }),
    sectionTable: {
      offset: header.native(32, 40),
      entrySizeBytes: header.halfAt(46, 58),
      count: header.halfAt(48, 60),
    },
  };
}

async function readSegments(
  source: ByteSource,
  format: { bits: 32 | 64; endian: "little" | "big" },
  table: { offset: bigint; entrySizeBytes: number; count: number },
): Promise<ElfSegment[]> {
  if (table.count === 0) return [];
  if (table.count > segmentsLimit) {
    throw new ElfError(
      `the file claims ${table.count} segments, more than the limit of ${segmentsLimit}`,
    );
  }
  const expectedBytes = format.bits === 64 ? 56 : 32;
  if (table.entrySizeBytes !== expectedBytes) {
    throw new ElfError(
      `a program header has ${table.entrySizeBytes} bytes instead of ${expectedBytes}`,
    );
  }
  const bytes = await source.read(
    table.offset,
    table.count * expectedBytes,
    "the table of program headers",
  );
  return Array.from({ length: table.count }, (_, index) =>
    decodeSegment(new FieldReader(bytes.subarray(index * expectedBytes), format)),
  );
}

function decodeSegment(fields: FieldReader): ElfSegment {
  return {
    type: fields.word(0),
    flags: fields.wordAt(24, 4),
    offset: fields.native(4, 8),
    virtualAddress: fields.native(8, 16),
    physicalAddress: fields.native(12, 24),
    fileSizeBytes: fields.native(16, 32),
    memorySizeBytes: fields.native(20, 40),
    alignment: fields.native(28, 48),
  };
}

/** The segments that are loaded and not empty. */
export function loadedSegments(elf: Elf): ElfSegment[] {
  return elf.segments.filter(
    (segment) => segment.type === segmentType.load && segment.memorySizeBytes > 0n,
  );
}
