/**
 * Recognisers of everything but ELF and ISO 9660, each a pure function of the head of the file.
 * Figures: Linux Documentation/arch/x86/boot.rst, arm64/booting.rst, riscv/boot-image-header.rst;
 * Microsoft's PE format; Devicetree Specification, 5.
 */

import { looksLikeVectorTable } from "../guest/index.ts";
import type {
  BootSectorImage,
  BzImage,
  EfiApplication,
  LinuxImage,
  RecognisedImage,
  UnknownImage,
} from "./image-types.ts";

/** Bytes from the start of the file that every recogniser together may look at. */
export const headBytes = 64 * 1024;

/** An image before the caller adds path and size. */
type WithoutFile<Image> = Image extends unknown ? Omit<Image, "path" | "sizeBytes"> : never;

/** A Linux kernel, by the magics that its own boot loaders use. */
export function recogniseLinux(head: Buffer): WithoutFile<BzImage | LinuxImage> | undefined {
  if (hasAt(head, 56, "ARM\x64")) return { kind: "arm64-image", arch: "aarch64" };
  if (hasAt(head, 48, "RISCV\0\0\0") && hasAt(head, 56, "RSC\x05")) {
    // The header has no word size; a 32-bit kernel loads at 4 MiB, a 64-bit one at 2 MiB.
    const is32Bit = head.readBigUInt64LE(8) === 0x40_0000n;
    return { kind: "riscv-image", arch: is32Bit ? "riscv32" : "riscv64" };
  }
  if (word(head, 0x24) === 0x016f2818) return { kind: "arm-zimage", arch: "arm" };
  return recogniseBzImage(head);
}

function recogniseBzImage(head: Buffer): WithoutFile<BzImage> | undefined {
  if (!hasAt(head, 0x202, "HdrS") || !hasBootSignature(head)) return undefined;
  const protocol = half(head, 0x206) ?? 0;
  // Protocol 2.12 added "xloadflags", whose lowest bit says that there is a 64-bit entry.
  const loadFlags = protocol >= 0x20c ? (half(head, 0x236) ?? 0) : 0;
  return {
    kind: "bzimage",
    protocol: `${protocol >> 8}.${String(protocol & 0xff).padStart(2, "0")}`,
    version: bzImageVersion(head),
    is64Bit: (loadFlags & 1) !== 0,
  };
}

function bzImageVersion(head: Buffer): string | undefined {
  const pointer = half(head, 0x20e) ?? 0;
  if (pointer === 0) return undefined;
  const text = head.subarray(pointer + 0x200, pointer + 0x200 + 128).toString("latin1");
  return /^[\x20-\x7e]{1,127}(?=\0)/.exec(text)?.[0];
}

const peMachines: Readonly<Record<number, string>> = {
  332: "i386",
  34404: "x86_64",
  43620: "aarch64",
  450: "arm",
  452: "arm",
  20530: "riscv32",
  20580: "riscv64",
  25188: "loongarch64",
};

/** A PE file: an EFI program by its subsystem (10 to 13), or else one for Windows. */
export function recognisePe(
  head: Buffer,
): WithoutFile<EfiApplication> | WithoutFile<RecognisedImage> | undefined {
  if (!hasAt(head, 0, "MZ")) return undefined;
  const start = word(head, 0x3c) ?? 0;
  if (!hasAt(head, start, "PE\0\0")) return undefined;
  const peMachine = half(head, start + 4);
  const subsystem = half(head, start + 24 + 68);
  if (peMachine === undefined || subsystem === undefined) return undefined;
  if (subsystem < 10 || subsystem > 13) return { kind: "windows-program" };
  const zboot = hasAt(head, 4, "zimg") ? { compression: zbootCompression(head) } : {};
  return { kind: "efi-application", arch: peMachines[peMachine], peMachine, ...zboot };
}

/** Linux, drivers/firmware/efi/libstub/zboot-header.S: a name of up to 31 characters at byte 24. */
function zbootCompression(head: Buffer): string {
  return /^[\w.-]{1,31}(?=\0)/.exec(head.toString("latin1", 24, 56))?.[0] ?? "compressed";
}

/** Files that are known by their first bytes and that no machine boots as they are. */
export function recogniseByMagic(head: Buffer): WithoutFile<RecognisedImage> | undefined {
  if (hasAt(head, 0, "\x1f\x8b\x08")) return { kind: "gzip" };
  if (hasAt(head, 0, "\x27\x05\x19\x56")) return { kind: "uimage" };
  if (hasAt(head, 0, "\xd0\x0d\xfe\xed")) return { kind: "device-tree-blob" };
  return undefined;
}

/** Sizes of PC floppy disks: 160 KiB to 2.88 MB. */
const floppySizesKib = [160, 180, 320, 360, 720, 1200, 1440, 1680, 1720, 2880];

/** A boot sector, alone or at the start of a disk. */
export function recogniseBootSector(
  head: Buffer,
  sizeBytes: number,
): WithoutFile<BootSectorImage> | undefined {
  if (!hasBootSignature(head)) return undefined;
  const isGpt = hasAt(head, 512, "EFI PART") || hasAt(head, 4096, "EFI PART");
  const partitions = isGpt ? "gpt" : hasPartitions(head) ? "mbr" : "none";
  const floppy = floppySizesKib.includes(sizeBytes / 1024);
  return { kind: "boot-sector", partitions, floppy, fat: isFat(head) };
}

/**
 * Whether the first sector is that of a FAT file system (Microsoft, FAT specification): by the name
 * that most programs write, or by parameters that no other sector has.
 */
export function isFat(head: Buffer): boolean {
  if (hasAt(head, 54, "FAT") || hasAt(head, 82, "FAT32")) return true;
  if (head.length < 512 || (head[0] !== 0xeb && head[0] !== 0xe9)) return false;
  const [sectorBytes, clusterSectors] = [head.readUInt16LE(11), head[13] ?? 0];
  const [reserved, fats, media] = [head.readUInt16LE(14), head[16] ?? 0, head[21] ?? 0];
  const isPower = (value: number) => value > 0 && (value & (value - 1)) === 0;
  const hasSizes = isPower(sectorBytes) && sectorBytes >= 512 && sectorBytes <= 4096;
  const hasSectors = head.readUInt16LE(19) !== 0 || head.readUInt32LE(32) !== 0;
  const hasTables = reserved > 0 && (fats === 1 || fats === 2) && media >= 0xf0;
  return hasSizes && isPower(clusterSectors) && hasTables && hasSectors;
}

/** Four entries, each with a status of 00 or 80, and at least one with a type and a size. */
function hasPartitions(head: Buffer): boolean {
  const entries = [446, 462, 478, 494].map((start) => head.subarray(start, start + 16));
  const used = entries.filter((entry) => entry[4] !== 0 && entry.readUInt32LE(12) !== 0);
  return used.length > 0 && entries.every((entry) => entry[0] === 0 || entry[0] === 0x80);
}

/** What is left: a text, zeros, or data. */
export function lookAtUnknown(head: Buffer): WithoutFile<UnknownImage> {
  if (head.every((byte) => byte === 0)) return { kind: "unknown", looks: "zeros" };
  const sample = head.subarray(0, 4096);
  if (
    sample.some((byte) => (byte < 32 && (byte < 8 || byte > 13) && byte !== 27) || byte === 127)
  ) {
    const isVectorTable = looksLikeVectorTable(head);
    return { kind: "unknown", looks: "data", ...(isVectorTable ? { isVectorTable } : {}) };
  }
  const text = sample.toString("utf8");
  if (text.slice(0, -1).includes("\ufffd")) return { kind: "unknown", looks: "data" };
  const firstLine = text.split(/[\r\n]/, 1)[0] ?? "";
  return { kind: "unknown", looks: "text", firstLine: firstLine.slice(0, 60) };
}

function hasBootSignature(head: Buffer): boolean {
  return head[510] === 0x55 && head[511] === 0xaa;
}

/** `text` names bytes, one a character. */
export function hasAt(head: Buffer, offset: number, text: string): boolean {
  return head.toString("latin1", offset, offset + text.length) === text;
}

function half(head: Buffer, offset: number): number | undefined {
  return offset + 2 <= head.length ? head.readUInt16LE(offset) : undefined;
}

function word(head: Buffer, offset: number): number | undefined {
  return offset + 4 <= head.length ? head.readUInt32LE(offset) : undefined;
}
