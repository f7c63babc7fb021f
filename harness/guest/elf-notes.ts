/** Notes of an ELF file: small records by which a program tells its loader things. */

import { type Elf, segmentType } from "./elf.ts";
import { type ByteSource, FieldReader } from "./elf-bytes.ts";

export interface ElfNote {
  /** Who defined it ("Xen", "GNU"), without the terminating zero. */
  readonly name: string;
  readonly type: number;
  readonly descriptor: Buffer;
  /** What its segment is aligned to, by which loaders find the descriptor. */
  readonly alignment: bigint;
}

/** Notes are a few hundred bytes; more than this is not read. */
const notesLimitBytes = 256 * 1024;

/**
 * Reads the notes in the `PT_NOTE` segments (System V ABI, "Note Section"), which are the only ones
 * that a loader sees. Stops at the first record that does not fit its segment. Throws `ElfError`
 * where the file ends before a segment does.
 */
export async function readNotes(source: ByteSource, elf: Elf): Promise<ElfNote[]> {
  const notes: ElfNote[] = [];
  for (const segment of elf.segments) {
    if (segment.type !== segmentType.note) continue;
    const lengthBytes = Math.min(Number(segment.fileSizeBytes), notesLimitBytes);
    const bytes = await source.read(segment.offset, lengthBytes, "a segment of notes");
    notes.push(...parseNotes(bytes, elf, segment.alignment));
  }
  return notes;
}

function parseNotes(
  bytes: Buffer,
  format: { bits: 32 | 64; endian: "little" | "big" },
  alignment: bigint,
): ElfNote[] {
  const notes: ElfNote[] = [];
  const step = alignment === 8n ? 8 : 4;
  const aligned = (size: number) => Math.ceil(size / step) * step;
  let offset = 0;
  while (offset + 12 <= bytes.length) {
    const fields = new FieldReader(bytes.subarray(offset, offset + 12), format);
    const nameBytes = fields.word(0);
    const descriptorBytes = fields.word(4);
    const descriptorStart = aligned(offset + 12 + nameBytes);
    const end = descriptorStart + descriptorBytes;
    if (end > bytes.length) break;
    const name = bytes.subarray(offset + 12, offset + 12 + nameBytes).toString("latin1");
    notes.push({
      name: name.replace(/\0+$/, ""),
      type: fields.word(8),
      descriptor: bytes.subarray(descriptorStart, end),
      alignment,
    });
    offset = aligned(end);
  }
  return notes;
}
