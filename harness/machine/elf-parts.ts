/** The parts of an ELF file that a loader puts into memory, as far as they matter here. */
import { type Elf, type ElfSegment, loadedSegments, segmentType } from "../guest/index.ts";

/** One segment that is loaded. */
export interface ElfPart {
  /** Physical. */
  readonly address: bigint;
  readonly virtualAddress: bigint;
  /** Bytes that the file has for it; what memory has beyond them begins as zeros. */
  readonly fileSizeBytes: bigint;
  /** Bytes that it takes in memory. */
  readonly memorySizeBytes: bigint;
  /** Whether its flags say that it is executed. */
  readonly isCode: boolean;
  /** Whether its flags say that it is written to. */
  readonly isWritten: boolean;
  /** Whether it begins with the header of the file itself. */
  readonly hasHeader: boolean;
  /** Whether a kernel would not miss it: nothing but headers and notes, to be read only. */
  readonly isDispensable: boolean;
}

/** Bytes that linkers leave between headers and notes. */
const paddingBytes = 64n;
const flag = { execute: 1, write: 2 } as const;

/** The loaded segments, by rising address. */
export function partsOf(elf: Elf): ElfPart[] {
  const parts = loadedSegments(elf).map((segment) => ({
    address: segment.physicalAddress,
    virtualAddress: segment.virtualAddress,
    fileSizeBytes: segment.fileSizeBytes,
    memorySizeBytes: segment.memorySizeBytes,
    isCode: (segment.flags & flag.execute) !== 0,
    isWritten: (segment.flags & flag.write) !== 0,
    hasHeader: segment.offset === 0n && segment.fileSizeBytes > 0n,
    isDispensable: isDispensable(elf, segment),
  }));
  return parts.sort((one, other) => (one.address < other.address ? -1 : 1));
}

function isDispensable(elf: Elf, { fileSizeBytes, flags, offset }: ElfSegment): boolean {
  if (offset !== 0n || (flags & (flag.execute | flag.write)) !== 0) return false;
  const tableBytes = BigInt(elf.segments.length * (elf.bits === 64 ? 56 : 32));
  let most = elf.programHeaderOffset + tableBytes + paddingBytes;
  for (const note of elf.segments) {
    if (note.type === segmentType.note) most += note.fileSizeBytes;
  }
  return fileSizeBytes <= most;
}

/** The part whose bytes in the file have an address, if one has. */
export function partAt(parts: readonly ElfPart[], at: bigint): ElfPart | undefined {
  return parts.find(({ address, fileSizeBytes }) => address <= at && at < address + fileSizeBytes);
}
