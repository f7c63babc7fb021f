/** The format of a disk image, by its content and never by its name. */
import type { FileHandle } from "node:fs/promises";

/**
 * What the formats that QEMU takes have in a place of their own (QEMU, block/, the probe of each
 * driver); everything else is raw. A VMDK of several files is a text that names them, and the first
 * version of qcow has the magic of the second.
 */
const magics: readonly (readonly [offset: number, magic: string, format: string])[] = [
  [0, "QFI\xfb\0\0\0\x01", "qcow"],
  [0, "QFI\xfb", "qcow2"],
  [0, "KDMV", "vmdk"],
  [0, "COWD", "vmdk"],
  [0, "# Disk DescriptorFile", "vmdk"],
  [0, "vhdxfile", "vhdx"],
  [0, "conectix", "vpc"],
  [0, "QED\0", "qed"],
  [0, "WithoutFreeSpace", "parallels"],
  [0, "WithouFreSpacExt", "parallels"],
  [0x40, "\x7f\x10\xda\xbe", "vdi"],
];
const headBytes = 0x44;
/** A VHD of a fixed size is raw but for its last sector (Microsoft, VHD specification). */
const footer = "conectix";
const footerBytes = 512;

/** Whether an image of that format would be told. */
export function isToldFormat(name: string | undefined): boolean {
  return magics.some(([, , format]) => format === name);
}

/** The format that the start of an image says, one byte a character. */
export function formatOfHead(head: string): string | undefined {
  return magics.find(([offset, magic]) => head.startsWith(magic, offset))?.[2];
}

/** The format of the image, which has that size; "raw" where nothing says another. */
export async function formatOf(image: FileHandle, sizeBytes: number): Promise<string> {
  const found = formatOfHead(await textAt(image, 0, headBytes));
  if (found !== undefined || sizeBytes <= footerBytes) return found ?? "raw";
  const end = await textAt(image, sizeBytes - footerBytes, footer.length);
  return end === footer ? "vpc" : "raw";
}

async function textAt(image: FileHandle, offset: number, lengthBytes: number): Promise<string> {
  const { buffer, bytesRead } = await image.read(Buffer.alloc(lengthBytes), 0, lengthBytes, offset);
  return buffer.toString("latin1", 0, bytesRead);
}
