/** What UEFI firmware finds on a disk or an ISO image: the system partition and its boot files. */
import type { ByteSource } from "../guest/index.ts";
import { hasAt, isFat } from "./image-formats.ts";

/** Bytes of the sectors that disks have, the usual ones first. */
const sectorSizes = [512, 4096] as const;
/** Partition entries of 128 bytes looked at; what a table usually has (UEFI 2.10, 5.3.2). */
const gptEntriesLimit = 128;
/** C12A7328-F81F-11D2-BA4B-00A0C93EC93B, as it lies on the disk. */
const systemPartitionType = "\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\x00\xa0\xc9\x3e\xc9\x3b";
const mbrSystemType = 0xef;
/** Bytes of boot code before the partition table. */
const bootCodeBytes = 440;
/** Bytes of a system partition that are searched; directories are near the start of a FAT disk. */
const searchedBytes = 16 * 1024 * 1024;

/** Short names of boot files as FAT has them, in eleven bytes. */
const shortNames: readonly (readonly [string, string])[] = [
  ["BOOTX64 EFI", "x86_64"],
  ["BOOTIA32EFI", "i386"],
  ["BOOTAA64EFI", "aarch64"],
  ["BOOTARM EFI", "arm"],
];
/** Names that are too long for that. */
const longNames: readonly (readonly [string, string])[] = [
  ["BOOTRISCV64", "riscv64"],
  ["BOOTLOONGAR", "loongarch64"],
];

/**
 * What programs that make FAT file systems put where a BIOS looks for code: mkfs.fat and busybox
 * ask for another disk, as newfs_msdos of the BSDs and macOS does; mformat starts the first hard
 * disk, which this one is (mtools, mformat.c); and FatFs jumps to itself.
 */
const placeholders = [
  "This is not a bootable disk",
  "Non-system disk",
  "\xfa\x31\xc0\x8e\xd8\x8e\xc0\xfc\xb9\0\x01\xbe\0\x7c\xbf\0\x80\xf3\xa5\xea",
];
/** Windows' code for FAT starts these files of the root directory, and nothing else. */
const windowsLoaders = ["BOOTMGR    ", "NTLDR      "];
/**
 * Code that only hands over to the active partition, and starts nothing without one: parted's, by
 * how it begins, and Windows' and syslinux's, by what they say then.
 */
const partedCode = "\xfa\xb8\0\x10\x8e\xd0\xbc\0\xb0\xb8\0\0\x8e\xd8\x8e\xc0\xfb\xbe\0\x7c";
const chainWords = "Missing operating system";

/** The size of the sectors by which a disk is partitioned: where it has its table. */
export function sectorBytesOf(head: Buffer): 512 | 4096 {
  const isLarge = hasAt(head, 4096, "EFI PART") && !hasAt(head, 512, "EFI PART");
  return isLarge ? sectorSizes[1] : sectorSizes[0];
}

/**
 * Architectures for which a disk boots by UEFI and by nothing else: it has a system partition, or
 * is one, and no code that a BIOS could run. `undefined` for any other disk.
 */
export async function readUefiDisk(
  source: ByteSource,
  head: Buffer,
): Promise<readonly string[] | undefined> {
  if (isFat(head)) return await readFileSystem(source, head);
  if (!isWithoutCode(head)) return undefined;
  const sectorBytes = sectorBytesOf(head);
  const isGpt = hasAt(head, sectorBytes, "EFI PART");
  const offset = isGpt ? findInGpt(head, sectorBytes) : findInMbr(head);
  return offset === undefined ? undefined : await bootFilesAt(source, offset);
}

function entriesOf(head: Buffer): Buffer[] {
  return [446, 462, 478, 494].map((start) => head.subarray(start, start + 16));
}

/** Whether a BIOS would run nothing of it. */
function isWithoutCode(head: Buffer): boolean {
  if (head.subarray(0, bootCodeBytes).every((byte) => byte === 0)) return true;
  const isChain =
    hasAt(head, 0, partedCode) || head.subarray(0, bootCodeBytes).includes(chainWords);
  return isChain && entriesOf(head).every((entry) => (entry[0] ?? 0) < 0x80);
}

/** A disk that is a FAT file system as a whole, made by no boot loader. */
async function readFileSystem(
  source: ByteSource,
  head: Buffer,
): Promise<readonly string[] | undefined> {
  const code = head.toString("latin1", 0, sectorSizes[0]);
  // Behind the longest table of parameters, up to the signature. What stands before that table is
  // a jump over it (FAT specification, BS_jmpBoot), or zeros; anything else is code by itself.
  const isJump = (head[0] === 0xeb && head[2] === 0x90) || head[0] === 0xe9;
  const isEmpty = (isJump || head[0] === 0) && head.subarray(90, 510).every((byte) => byte === 0);
  const isLoop = hasAt(head, 0, "\xeb\xfe");
  const isNone =
    isEmpty || isLoop || placeholders.some((placeholder) => code.includes(placeholder));
  const loader = windowsLoaders.find((name) => code.includes(name.trim()));
  if (!isNone && loader === undefined) return undefined;
  const found = await bootFilesAt(source, 0);
  if (found.length === 0) return undefined;
  if (isNone || loader === undefined) return found;
  return (await isNamedAt(source, 0, loader)) ? undefined : found;
}

function findInMbr(head: Buffer): number | undefined {
  const found = entriesOf(head).find((entry) => entry[4] === mbrSystemType);
  return found && found.readUInt32LE(8) * sectorSizes[0];
}

function findInGpt(head: Buffer, sectorBytes: number): number | undefined {
  if (head.length < 2 * sectorBytes) return undefined;
  const table = Number(head.readBigUInt64LE(sectorBytes + 72)) * sectorBytes;
  const entryBytes = head.readUInt32LE(sectorBytes + 84);
  for (let index = 0; index < gptEntriesLimit; index += 1) {
    const start = table + index * entryBytes;
    if (start + 40 > head.length) return undefined;
    if (hasAt(head, start, systemPartitionType)) {
      return Number(head.readBigUInt64LE(start + 32)) * sectorBytes;
    }
  }
  return undefined;
}

async function isNamedAt(source: ByteSource, offset: number, name: string): Promise<boolean> {
  const lengthBytes = Math.min(searchedBytes, source.sizeBytes - offset);
  const bytes = await source.read(offset, lengthBytes, "the file system");
  // The first sector has the name as text.
  return bytes.subarray(sectorSizes[0]).includes(Buffer.from(name, "latin1"));
}

/** Architectures whose boot files are named in the FAT file system at `offset`. */
export async function bootFilesAt(source: ByteSource, offset: number): Promise<readonly string[]> {
  const lengthBytes = Math.min(searchedBytes, source.sizeBytes - offset);
  if (lengthBytes <= 0) return [];
  const bytes = await source.read(offset, lengthBytes, "the EFI system partition");
  const text = bytes.toString("latin1");
  const found = [
    ...shortNames.filter(([name]) => text.includes(name)),
    ...longNames.filter(([name]) => hasLongName(text, name)),
  ];
  return found.map(([, arch]) => arch);
}

/**
 * Whether a long name begins so, in whatever letters. Its first entry has five characters, three
 * bytes of others of which one is a checksum, and six more (Microsoft, FAT specification 1.03, long
 * names).
 */
function hasLongName(text: string, name: string): boolean {
  const wide = (part: string) => [...part].map((character) => `${character}\\x00`).join("");
  return new RegExp(`${wide(name.slice(0, 5))}\\x0f\\x00.${wide(name.slice(5))}`, "is").test(text);
}
