/**
 * Recognisers of everything but ELF and ISO 9660, each a pure function of the head of the file.
 * Figures: Linux Documentation/arch/x86/boot.rst, arm64/booting.rst, riscv/boot-image-header.rst;
 * Microsoft's PE format; Multiboot Specification 0.6.96 and 2.0; Devicetree Specification, 5.
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
  return { kind: "efi-application", arch: peMachines[peMachine], peMachine };
}

/** Files that are known by their first bytes and that no machine boots as they are. */
export function recogniseByMagic(head: Buffer): WithoutFile<RecognisedImage> | undefined {
  if (hasAt(head, 0, "\x1f\x8b\x08")) return { kind: "gzip" };
  if (hasAt(head, 0, "QFI\xfb")) return { kind: "qcow2" };
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
  const partitions = hasAt(head, 512, "EFI PART") ? "gpt" : hasPartitions(head) ? "mbr" : "none";
  const floppy = floppySizesKib.includes(sizeBytes / 1024);
  return { kind: "boot-sector", partitions, floppy, fat: isFat(head) };
}

/** Whether the first sector is that of a FAT file system (Microsoft, FAT specification). */
export function isFat(head: Buffer): boolean {
  return hasAt(head, 54, "FAT") || hasAt(head, 82, "FAT32");
}

/** Four entries, each with a status of 00 or 80, and at least one with a type and a size. */
function hasPartitions(head: Buffer): boolean {
  const entries = [446, 462, 478, 494].map((start) => head.subarray(start, start + 16));
  const used = entries.filter((entry) => entry[4] !== 0 && entry.readUInt32LE(12) !== 0);
  return used.length > 0 && entries.every((entry) => entry[0] === 0 || entry[0] === 0x80);
}

/** What a Multiboot header says, or `undefined` where there is none. */
export interface MultibootHeader {
  readonly version: 1 | 2;
  /** Version 1 only: the header itself says where to load the file, so it need not be ELF. */
  readonly hasAddresses: boolean;
}

/**
 * Looks for a Multiboot header: version 1 in the first 8 KiB at a multiple of four (QEMU stops 48
 * bytes earlier, for the longest header), version 2 in the first 32 KiB at a multiple of eight.
 */
export function findMultibootHeader(head: Buffer): MultibootHeader | undefined {
  for (let offset = 0; offset < 8192 - 48 && offset + 12 <= head.length; offset += 4) {
    if (head.readUInt32LE(offset) !== 0x1badb002) continue;
    const flags = head.readUInt32LE(offset + 4);
    const sum = 0x1badb002 + flags + head.readUInt32LE(offset + 8);
    if (sum % 2 ** 32 === 0) return { version: 1, hasAddresses: (flags & 0x1_0000) !== 0 };
  }
  for (let offset = 0; offset < 32768 && offset + 16 <= head.length; offset += 8) {
    if (head.readUInt32LE(offset) !== 0xe85250d6) continue;
    let sum = 0;
    for (const place of [0, 4, 8, 12]) sum += head.readUInt32LE(offset + place);
    if (sum % 2 ** 32 === 0) return { version: 2, hasAddresses: false };
  }
  return undefined;
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
