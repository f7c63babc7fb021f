/** What UEFI firmware finds on a disk or an ISO image: the system partition and its boot files. */
import type { ByteSource } from "../guest/index.ts";
import { hasAt, isFat } from "./image-formats.ts";

const sectorBytes = 512;
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
 * What programs that make FAT file systems put where a BIOS looks for code: mkfs.fat's asks for
 * another disk, and mformat's starts the first hard disk, which this one is (mtools, mformat.c).
 */
const placeholders = [
  "This is not a bootable disk",
  "\xfa\x31\xc0\x8e\xd8\x8e\xc0\xfc\xb9\0\x01\xbe\0\x7c\xbf\0\x80\xf3\xa5\xea",
];

/**
 * Architectures for which a disk boots by UEFI and by nothing else: it has a system partition, or
 * is one, and no code that a BIOS could run. `undefined` for any other disk.
 */
export async function readUefiDisk(
  source: ByteSource,
  head: Buffer,
): Promise<readonly string[] | undefined> {
  if (isPlainFileSystem(head)) {
    const found = await bootFilesAt(source, 0);
    return found.length === 0 ? undefined : found;
  }
  if (head.subarray(0, bootCodeBytes).some((byte) => byte !== 0)) return undefined;
  const offset = hasAt(head, sectorBytes, "EFI PART") ? findInGpt(head) : findInMbr(head);
  return offset === undefined ? undefined : await bootFilesAt(source, offset);
}

/** Whether the disk is a FAT file system as a whole, that was made by no boot loader. */
function isPlainFileSystem(head: Buffer): boolean {
  const code = head.toString("latin1", 0, sectorBytes);
  return isFat(head) && placeholders.some((placeholder) => code.includes(placeholder));
}

function findInMbr(head: Buffer): number | undefined {
  const entries = [446, 462, 478, 494].map((start) => head.subarray(start, start + 16));
  const found = entries.find((entry) => entry[4] === mbrSystemType);
  return found && found.readUInt32LE(8) * sectorBytes;
}

function findInGpt(head: Buffer): number | undefined {
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
