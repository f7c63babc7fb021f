/** A disk with a GUID partition table and one partition, as other tools make it. */
import { readFile, writeFile } from "node:fs/promises";
import { crc32 } from "node:zlib";

const sectorBytes = 512;
const firstSector = 2048;
const entriesBytes = 128 * 128;
const systemPartition = Buffer.from("28732ac11ff8d211ba4b00a0c93ec93b", "hex");

/** Writes a disk with `partition` as its EFI system partition (UEFI 2.10, section 5.3). */
export async function writeGptDisk(disk: string, partition: string): Promise<void> {
  const content = await readFile(partition);
  const sectors = firstSector + content.length / sectorBytes + 64;
  const bytes = Buffer.alloc(sectors * sectorBytes);
  content.copy(bytes, firstSector * sectorBytes);
  // The protective MBR: one partition of type EE over everything, and no code.
  bytes.writeUInt8(0xee, 446 + 4);
  bytes.writeUInt32LE(1, 446 + 8);
  bytes.writeUInt32LE(sectors - 1, 446 + 12);
  bytes.writeUInt16LE(0xaa55, 510);
  const entries = Buffer.alloc(entriesBytes);
  systemPartition.copy(entries, 0);
  entries.fill(0x11, 16, 32);
  entries.writeBigUInt64LE(BigInt(firstSector), 32);
  entries.writeBigUInt64LE(BigInt(firstSector + content.length / sectorBytes - 1), 40);
  const last = sectors - 1;
  for (const [own, other, table] of [
    [1, last, 2],
    [last, 1, last - entriesBytes / sectorBytes],
  ] as const) {
    entries.copy(bytes, table * sectorBytes);
    header({ own, other, table, sectors, entries }).copy(bytes, own * sectorBytes);
  }
  await writeFile(disk, bytes);
}

interface Place {
  readonly own: number;
  readonly other: number;
  readonly table: number;
  readonly sectors: number;
  readonly entries: Buffer;
}

function header({ own, other, table, sectors, entries }: Place): Buffer {
  const bytes = Buffer.alloc(92);
  bytes.write("EFI PART", "latin1");
  bytes.writeUInt32LE(0x10000, 8);
  bytes.writeUInt32LE(bytes.length, 12);
  bytes.writeBigUInt64LE(BigInt(own), 24);
  bytes.writeBigUInt64LE(BigInt(other), 32);
  bytes.writeBigUInt64LE(34n, 40);
  bytes.writeBigUInt64LE(BigInt(sectors - 34), 48);
  bytes.fill(0x22, 56, 72);
  bytes.writeBigUInt64LE(BigInt(table), 72);
  bytes.writeUInt32LE(128, 80);
  bytes.writeUInt32LE(128, 84);
  bytes.writeUInt32LE(crc32(entries), 88);
  bytes.writeUInt32LE(crc32(bytes), 16);
  return bytes;
}
