/**
 * Files that are often given in place of a kernel and that no machine starts, by what they begin
 * with. Figures: the magic numbers of file(1), and QEMU's own of disk images in `disk-format.ts`.
 */
import { formatOfHead } from "./disk-format.ts";
import { hasAt } from "./image-formats.ts";
import type { DiskImage, ForeignImage } from "./image-types.ts";

type Found = Omit<ForeignImage, "path" | "sizeBytes"> | Omit<DiskImage, "path" | "sizeBytes">;

interface Row {
  readonly at: number;
  readonly magic: string;
  /** With its article, for messages. */
  readonly what: string;
  readonly advice: string;
}

const packed = (magic: string, name: string, program: string): Row => ({
  at: 0,
  magic,
  what: `a file compressed with ${name}`,
  advice: `unpack it first (${program})`,
});
const archive = (at: number, magic: string, what: string, program: string): Row => ({
  at,
  magic,
  what,
  advice: `unpack it, and give the kernel that is in it (${program})`,
});
const machO = (magic: string): Row => ({
  at: 0,
  magic,
  what: "a Mach-O file for macOS",
  advice: "build the kernel for a target without an operating system (--target=x86_64-elf)",
});
const fileSystem = (at: number, magic: string, name: string): Row => ({
  at,
  magic,
  what: `a file system (${name}) without a boot sector`,
  advice: "give it as a disk, next to a kernel",
});

/** The first that fits decides. */
const rows: readonly Row[] = [
  packed("\xfd7zXZ\0", "xz", "xz -dc"),
  packed("\x28\xb5\x2f\xfd", "zstd", "zstd -dc"),
  packed("BZh", "bzip2", "bzip2 -dc"),
  packed("\x04\x22\x4d\x18", "lz4", "lz4 -dc"),
  packed("\x02\x21\x4c\x18", "lz4", "lz4 -dc"),
  packed("\x89LZO\0\r\n\x1a\n", "lzop", "lzop -dc"),
  // Properties, a dictionary of a whole number of MiB, and an unknown size.
  packed("\x5d\0\0", "lzma", "lzma -dc"),
  archive(0, "PK\x03\x04", "a zip archive", "unzip"),
  archive(0, "7z\xbc\xaf\x27\x1c", "a 7z archive", "7z x"),
  archive(257, "ustar", "a tar archive", "tar -x"),
  archive(0, "!<arch>\ndebian-binary", "a Debian package", "dpkg-deb -x"),
  archive(0, "\xed\xab\xee\xdb", "an RPM package", "rpm2cpio"),
  {
    at: 0,
    magic: "!<arch>\n",
    what: "a static library",
    advice: "link it into an executable first (ld.lld -T linker.ld -o kernel.elf …)",
  },
  {
    at: 0,
    magic: "07070",
    what: "a cpio archive",
    advice: "give it as initrd, next to a kernel",
  },
  machO("\xfe\xed\xfa\xce"),
  machO("\xce\xfa\xed\xfe"),
  machO("\xfe\xed\xfa\xcf"),
  machO("\xcf\xfa\xed\xfe"),
  machO("\xca\xfe\xba\xbe\0\0\0"),
  {
    at: 0,
    magic: "BC\xc0\xde",
    what: "LLVM bitcode",
    advice: "compile and link it first (without -flto, or by ld.lld)",
  },
  {
    at: 0,
    magic: "\0asm",
    what: "a WebAssembly module",
    advice: "build the kernel for a target that QEMU emulates",
  },
  {
    at: 0,
    magic: "UF2\n\x57\x51\x5d\x9e",
    what: "a UF2 file for a boot loader on a board",
    advice: "give the ELF file that it was made from",
  },
  {
    at: 0,
    magic: "ANDROID!",
    what: "an Android boot image",
    advice: "give the kernel that is in it (unpack_bootimg)",
  },
  fileSystem(1080, "\x53\xef", "ext2, ext3 or ext4"),
  fileSystem(0, "hsqs", "SquashFS"),
  fileSystem(0, "XFSB", "XFS"),
  fileSystem(65_600, "_BHRfS_M", "Btrfs"),
];

/** Formats by the name that people have for them. */
const diskFormats: Readonly<Record<string, string>> = {
  vmdk: "VMDK (VMware)",
  vhdx: "VHDX (Hyper-V)",
  vpc: "VHD (Hyper-V)",
  vdi: "VDI (VirtualBox)",
  parallels: "Parallels",
};

/** What the file is, or `undefined` where it is none of these. */
export function recogniseForeign(head: Buffer): Found | undefined {
  const format = formatOfHead(head.toString("latin1", 0, 128));
  if (format !== undefined) return { kind: "disk-image", format: diskFormats[format] ?? format };
  const row = rows.find(({ at, magic }) => hasAt(head, at, magic) && isSure(head, magic));
  return row === undefined ? undefined : { kind: "foreign", what: row.what, advice: row.advice };
}

/** Short magics need a second look. */
function isSure(head: Buffer, magic: string): boolean {
  if (magic === "BZh") return /^[1-9]1AY&SY/.test(head.toString("latin1", 3, 10));
  if (magic === "\x5d\0\0") return hasAt(head, 5, "\xff".repeat(8));
  if (magic === "07070") return /^[127]/.test(head.toString("latin1", 5, 6));
  // Revision 0 or 1, and blocks of 1 to 64 KiB (Linux, fs/ext4/ext4.h).
  if (magic === "\x53\xef") return head.readUInt32LE(1100) <= 1 && head.readUInt32LE(1048) <= 6;
  return true;
}

/** Texts that are not just texts, by their beginning: what they are, and what to do. */
const texts: readonly (readonly [RegExp, string, string])[] = [
  [
    /^version https:\/\/git-lfs\.github\.com\/spec\//,
    "a pointer of Git LFS in place of the file itself",
    "fetch the file first (git lfs pull)",
  ],
  [
    /^\s*(?:<!doctype html|<html\b|<head\b)/i,
    "a web page, as a server sends it with an error",
    "download the image again, and look at what the server says",
  ],
  [/^#!/, "a script", "give the kernel that it makes or starts"],
  [
    /^:[0-9A-F]{8,}(?:\r?\n|$)/i,
    "an Intel HEX file",
    "give the ELF file that it was made from (objcopy -O ihex)",
  ],
  [
    /^S[0-9][0-9A-F]{6,}(?:\r?\n|$)/i,
    "a Motorola S-record file",
    "give the ELF file that it was made from (objcopy -O srec)",
  ],
];

/** What a text is that is known by its beginning. */
export function recogniseText(text: string): Found | undefined {
  const found = texts.find(([beginning]) => beginning.test(text));
  return found && { kind: "foreign", what: found[1], advice: found[2] };
}
