/** ELF files built field by field, for tests of what no linker would write. */

export interface SampleSegment {
  readonly type?: number;
  readonly flags?: number;
  readonly virtualAddress?: bigint;
  readonly physicalAddress?: bigint;
  readonly content?: Buffer;
  /** Overrides what the header claims. */
  readonly fileSizeBytes?: bigint;
  readonly memorySizeBytes?: bigint;
  readonly alignment?: bigint;
}

export interface Sample {
  readonly bits?: 32 | 64;
  readonly endian?: "little" | "big";
  readonly type?: number;
  readonly machine?: number;
  readonly entry?: bigint;
  readonly segments?: readonly SampleSegment[];
}

/** Header, program headers, then the contents of the segments one after another. */
export function sampleElf(sample: Sample = {}): Buffer {
  const { bits = 64, endian = "little", type = 2, machine = 62, entry = 0x100000n } = sample;
  const segments = sample.segments ?? [];
  const wide = bits === 64;
  const field = (value: number | bigint, size: 2 | 4 | 8) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    const used = bytes.subarray(0, size);
    return endian === "little" ? used : Buffer.from(used).reverse();
  };
  const native = (value: number | bigint) => field(value, wide ? 8 : 4);
  const [headerBytes, entryBytes] = wide ? [64, 56] : [52, 32];
  const header = Buffer.concat([
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, endian === "little" ? 1 : 2, 1]),
    Buffer.alloc(9),
    ...[type, machine].map((value) => field(value, 2)),
    field(1, 4),
    ...[entry, headerBytes, 0].map(native),
    field(0, 4),
    ...[headerBytes, entryBytes, segments.length, 0, 0, 0].map((value) => field(value, 2)),
  ]);
  let offset = headerBytes + entryBytes * segments.length;
  const programHeaders = segments.map((segment) => {
    const content = segment.content ?? Buffer.alloc(0);
    const virtualAddress = segment.virtualAddress ?? 0x100000n;
    const fileSize = segment.fileSizeBytes ?? BigInt(content.length);
    const flags = field(segment.flags ?? 5, 4);
    const entry = Buffer.concat([
      field(segment.type ?? 1, 4),
      ...(wide ? [flags] : []),
      native(offset),
      native(virtualAddress),
      native(segment.physicalAddress ?? virtualAddress),
      native(fileSize),
      native(segment.memorySizeBytes ?? fileSize),
      ...(wide ? [] : [flags]),
      native(segment.alignment ?? 4n),
    ]);
    offset += content.length;
    return entry;
  });
  const contents = segments.map((segment) => segment.content ?? Buffer.alloc(0));
  return Buffer.concat([header, ...programHeaders, ...contents]);
}

/** One ELF note, little-endian. */
export function sampleNote(name: string, type: number, descriptor: Buffer): Buffer {
  const padded = (bytes: Buffer) =>
    Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(name.length + 1, 0);
  sizes.writeUInt32LE(descriptor.length, 4);
  sizes.writeUInt32LE(type, 8);
  return Buffer.concat([sizes, padded(Buffer.from(`${name}\0`, "latin1")), padded(descriptor)]);
}
