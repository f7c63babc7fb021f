/** What an x86 ELF file without a boot protocol was meant to have. */
import { type ByteSource, type Elf, loadedSegments } from "../guest/index.ts";
import { nearMissOfMultiboot } from "./image-multiboot.ts";
import type { ElfObstacle } from "./image-types.ts";

/** Requests lie in a data segment; kernels that are larger than this before it are rare. */
const searchedBytes = 16 * 1024 * 1024;

/** The bytes of a PVH note, which a linker script left outside every segment of notes. */
const pvhNotes = [4, 8].map((descriptorBytes) => {
  const note = Buffer.alloc(16);
  note.writeUInt32LE(4, 0);
  note.writeUInt32LE(descriptorBytes, 4);
  note.writeUInt32LE(18, 8);
  note.write("Xen\0", 12, "latin1");
  return note;
});

/**
 * Magic numbers of the Limine boot protocol, little-endian: the two that start every request, and
 * the first two of its base revision, which a kernel may have without any request (PROTOCOL.md).
 */
const limineMagics = ["888b4cdf30ddb1c77bf194a183e8820a", "c8a6955c2d2b56f9dc6b534449387b6a"].map(
  (digits) => Buffer.from(digits, "hex"),
);

/** Asked of a file that would be refused anyway: any of this may stand in a file by chance. */
export async function findNearMiss(
  source: ByteSource,
  elf: Elf,
): Promise<{ readonly obstacle: ElfObstacle; readonly detail?: string }> {
  const bytes = await source.read(0, Math.min(source.sizeBytes, searchedBytes), "the kernel");
  if (pvhNotes.some((note) => bytes.includes(note))) return { obstacle: "pvh-note-not-in-segment" };
  if (limineMagics.some((magic) => bytes.includes(magic))) return { obstacle: "limine" };
  const detail = nearMissOfMultiboot(bytes, loadedSegments(elf));
  return { obstacle: "no-boot-protocol", ...(detail === undefined ? {} : { detail }) };
}
