/**
 * A 64-bit Multiboot 1 kernel in a 32-bit ELF container. QEMU's Multiboot loader refuses x86-64
 * files ("Cannot load x86-64 image, give a 32bit one"), though Multiboot enters every kernel in
 * 32-bit protected mode and GRUB loads such files without a word. The container only says where the
 * bytes go, so exchanging it changes nothing that the kernel could notice but its own ELF header.
 */
import { open, rm } from "node:fs/promises";
import { SpecError } from "../evidence/index.ts";
import { type Elf, type ElfSegment, fileSource, loadedSegments, readElf } from "../guest/index.ts";
import { copyToChange } from "./writable-copy.ts";

const fourGib = 2n ** 32n;
const headerBytes = 52;
const programHeaderBytes = 32;
const intel386 = 3;

/**
 * Writes a copy of the 64-bit x86-64 kernel at `path` to `outputPath` that QEMU's Multiboot loader
 * takes: the same bytes at the same physical addresses, entered at the same place. Offsets in the
 * file stay, so the Multiboot header stays where it is looked for. Symbols remain those of `path`.
 *
 * Throws `SpecError` where that cannot be (an address above 4 GiB, which 32-bit protected mode does
 * not reach), `ElfError` where `path` is no sound ELF, and what the file system gives (no space)
 * as it is. Nothing is left at `outputPath` then.
 */
export async function convertToElf32(path: string, outputPath: string): Promise<void> {
  await copyToChange(path, outputPath);
  try {
    await replaceHeaders(path, outputPath);
  } catch (error) {
    await rm(outputPath, { force: true });
    throw error;
  }
}

async function replaceHeaders(path: string, outputPath: string): Promise<void> {
  const handle = await open(outputPath, "r+");
  try {
    const { size } = await handle.stat();
    const elf = await readElf(fileSource(handle, size));
    const obstacle = elf32Obstacle(elf);
    if (obstacle !== undefined) {
      throw new SpecError(
        "kernel",
        `${path} cannot be loaded by Multiboot: ${obstacle}. Multiboot enters in 32-bit ` +
          "protected mode, which reaches 4 GiB: give the segments low physical addresses (AT() " +
          "in the linker script) and a low entry point",
      );
    }
    const headers = elf32Headers(elf);
    await handle.write(headers.header, 0, headers.header.length, 0);
    await handle.write(
      headers.programHeaders,
      0,
      headers.programHeaders.length,
      Number(elf.programHeaderOffset),
    );
    // Debug information behind the last segment is of no use to QEMU.
    await handle.truncate(Math.min(size, endOfContent(elf, headers.programHeaders.length)));
  } finally {
    await handle.close();
  }
}

/** Why the file does not fit a 32-bit container, or `undefined` where it does. */
export function elf32Obstacle(elf: Elf): string | undefined {
  if (elf.bits === 64 && elf.endian !== "little") return "it is big-endian";
  for (const segment of loadedSegments(elf)) {
    const end = segment.physicalAddress + segment.memorySizeBytes;
    if (end > fourGib) {
      return `a segment is loaded at 0x${segment.physicalAddress.toString(16)}, above 4 GiB`;
    }
    if (segment.offset + segment.fileSizeBytes >= fourGib) return "it is larger than 4 GiB";
  }
  const entry = physicalEntry(elf);
  if (entry >= fourGib) return `its entry point 0x${entry.toString(16)} lies above 4 GiB`;
  if (elf.programHeaderOffset < headerBytes) return "its program headers overlap its ELF header";
  return undefined;
}

/** A virtual entry point becomes physical by the executable segment that it lies in, as in GRUB. */
export function physicalEntry(elf: Elf): bigint {
  const home = loadedSegments(elf).find(
    ({ flags, virtualAddress, memorySizeBytes }) =>
      (flags & 1) !== 0 &&
      elf.entry >= virtualAddress &&
      elf.entry < virtualAddress + memorySizeBytes,
  );
  return home === undefined ? elf.entry : elf.entry - home.virtualAddress + home.physicalAddress;
}

function elf32Headers(elf: Elf): { header: Buffer; programHeaders: Buffer } {
  const segments = loadedSegments(elf);
  const header = Buffer.alloc(headerBytes);
  // Magic, 32-bit, little-endian, version 1; then an executable for the Intel 386, version 1.
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]).copy(header);
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(intel386, 18);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(Number(physicalEntry(elf)), 24);
  header.writeUInt32LE(Number(elf.programHeaderOffset), 28);
  header.writeUInt16LE(headerBytes, 40);
  header.writeUInt16LE(programHeaderBytes, 42);
  header.writeUInt16LE(segments.length, 44);
  return { header, programHeaders: Buffer.concat(segments.map(elf32ProgramHeader)) };
}

/** Virtual addresses become physical: paging is off when the loader is done. */
function elf32ProgramHeader(segment: ElfSegment): Buffer {
  const fields = Buffer.alloc(programHeaderBytes);
  const values = [
    BigInt(segment.type),
    segment.offset,
    segment.physicalAddress,
    segment.physicalAddress,
    segment.fileSizeBytes,
    segment.memorySizeBytes,
    BigInt(segment.flags),
    segment.alignment % fourGib,
  ];
  for (const [index, value] of values.entries()) fields.writeUInt32LE(Number(value), index * 4);
  return fields;
}

function endOfContent(elf: Elf, programHeadersBytes: number): number {
  const ends = loadedSegments(elf).map(({ offset, fileSizeBytes }) =>
    Number(offset + fileSizeBytes),
  );
  return Math.max(...ends, Number(elf.programHeaderOffset) + programHeadersBytes);
}
