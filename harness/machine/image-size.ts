/**
 * Whether a file has all the bytes that its own header promises: QEMU starts one that was cut short
 * while it was built or copied, and the guest hangs. Figures: Linux, arch/x86/boot.rst (in its
 * documentation), arch/arm/boot/compressed/head.S; U-Boot, include/image.h; Microsoft's PE format;
 * ECMA-119, section 8.4.
 */
import { SpecError } from "../evidence/index.ts";
import { hasAt, headBytes } from "./image-formats.ts";
import { type DetectedImage, describeImage } from "./image-types.ts";

interface Size {
  /** Bytes that the whole file has at least. */
  readonly wholeBytes: number;
  /** Fields that say so. */
  readonly fields: string;
}

type Kind = DetectedImage["kind"];

interface Row {
  readonly kinds: readonly Kind[];
  readonly read: (head: Buffer) => Size | undefined;
}

/** Protocol 2.04 made the size a field of four bytes, which can be trusted. */
const sizedProtocol = 0x204;
/** The size is in paragraphs, and old builds, memtest86+ and iPXE end within the last one. */
const paragraphBytes = 16;
/** mkisofs counts 150 empty sectors at the end, which many copies lack and nobody misses. */
const paddingSectors = 150;
const sectorBytes = 512;
const uimageHeaderBytes = 64;
const sectionEntryBytes = 40;
const volumeDescriptor = 0x8000;

const rows: readonly Row[] = [
  {
    kinds: ["bzimage"],
    read: (head) => {
      if (head.readUInt16LE(0x206) < sizedProtocol) return undefined;
      // No sectors are four, for the sake of very old kernels.
      const setupBytes = ((head[0x1f1] || 4) + 1) * sectorBytes;
      const systemBytes = head.readUInt32LE(0x1f4) * paragraphBytes;
      const wholeBytes = setupBytes + Math.max(0, systemBytes - paragraphBytes + 1);
      return { wholeBytes, fields: "setup_sects and syssize" };
    },
  },
  {
    kinds: ["arm-zimage"],
    read: (head) => {
      const wholeBytes = head.readUInt32LE(0x2c) - head.readUInt32LE(0x28);
      return { wholeBytes, fields: "its start and end" };
    },
  },
  {
    kinds: ["uimage"],
    read: (head) => ({ wholeBytes: uimageHeaderBytes + head.readUInt32BE(12), fields: "ih_size" }),
  },
  {
    kinds: ["iso9660"],
    read: (head) => {
      const sectors = head.readUInt32LE(volumeDescriptor + 80) - paddingSectors;
      const wholeBytes = sectors * head.readUInt16LE(volumeDescriptor + 128);
      return { wholeBytes, fields: "the size of the volume" };
    },
  },
  // With an EFI stub a Linux kernel is a PE file too, and an Image tells its size in no other way.
  {
    kinds: ["bzimage", "arm64-image", "riscv-image", "arm-zimage", "efi-application"],
    read: (head) => ({ wholeBytes: endOfSections(head), fields: "the table of PE sections" }),
  },
];

/** Where the last byte in the file is that is loaded; 0 where there is no such table. */
function endOfSections(head: Buffer): number {
  if (!hasAt(head, 0, "MZ")) return 0;
  const start = head.readUInt32LE(60);
  if (!hasAt(head, start, "PE\0\0") || start + 24 > head.length) return 0;
  const table = start + 24 + head.readUInt16LE(start + 20);
  let end = 0;
  for (let index = 0; index < head.readUInt16LE(start + 6); index += 1) {
    const entry = table + index * sectionEntryBytes;
    if (entry + sectionEntryBytes > head.length) break;
    const [memoryBytes, fileBytes] = [head.readUInt32LE(entry + 8), head.readUInt32LE(entry + 16)];
    // Bytes in the file beyond those in memory only fill its last block.
    const usedBytes = memoryBytes === 0 ? fileBytes : Math.min(memoryBytes, fileBytes);
    if (usedBytes > 0) end = Math.max(end, head.readUInt32LE(entry + 20) + usedBytes);
  }
  return end;
}

/** @throws `SpecError` on `kernel` where the file ends before its own header says. */
export function checkWhole(image: DetectedImage, start: Buffer): void {
  // What a file of a few bytes does not say is 0.
  const head = Buffer.alloc(headBytes);
  start.copy(head);
  for (const { kinds, read } of rows) {
    const size = kinds.includes(image.kind) ? read(head) : undefined;
    if (size === undefined || size.wholeBytes <= image.sizeBytes) continue;
    const { fields, wholeBytes } = size;
    throw new SpecError(
      "kernel",
      `${image.path} is cut short: by its header (${fields}), this ${describeImage(image)} has at ` +
        `least ${wholeBytes} bytes, but the file ends after ${image.sizeBytes}, and ` +
        `${wholeBytes - image.sizeBytes} are missing; build, copy or download it again`,
    );
  }
}
