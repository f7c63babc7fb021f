/** Disks that only UEFI boots, as different tools leave them; and those of 4,096-byte sectors. */
import { execFileSync } from "node:child_process";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { expect, test, vi } from "vitest";
import { detectImage } from "../../harness/machine/image.ts";
import { buildApplication } from "./efi-application.ts";
import { boot, temporaryDirectory } from "./machines.ts";

vi.setConfig({ testTimeout: 140_000 });
const mib = 1024 ** 2;

/** A FAT file system with the default boot file of x86-64. */
function fileSystem(application: string, ...options: readonly string[]): Buffer {
  const image = join(temporaryDirectory(), "fat.img");
  writeFileSync(image, "");
  // FAT32 has at least 65,525 clusters.
  truncateSync(image, (options.includes("-F") ? 64 : 8) * mib);
  execFileSync("mformat", ["-i", image, ...options, "::"]);
  execFileSync("mmd", ["-i", image, "::/EFI", "::/EFI/BOOT"]);
  execFileSync("mcopy", ["-i", image, application, "::/EFI/BOOT/BOOTX64.EFI"]);
  return readFileSync(image);
}

function diskOf(bytes: Buffer): string {
  const path = join(temporaryDirectory(), "disk.img");
  writeFileSync(path, bytes);
  return path;
}

/** A disk with a table of one system partition (UEFI 2.10, 5.3), at 1 MiB. */
function gptDisk(partition: Buffer, sectorBytes: number): Buffer {
  const disk = Buffer.alloc(partition.length + 2 * mib);
  const last = disk.length / sectorBytes - 1;
  const first = mib / sectorBytes;
  const entries = Buffer.alloc(128 * 128);
  Buffer.from("28732ac11ff8d211ba4b00a0c93ec93b", "hex").copy(entries);
  entries.fill(0x11, 16, 32);
  entries.writeBigUInt64LE(BigInt(first), 32);
  entries.writeBigUInt64LE(BigInt(first + partition.length / sectorBytes - 1), 40);
  const entrySectors = entries.length / sectorBytes;
  const header = (own: number, other: number, table: number) => {
    const bytes = Buffer.alloc(92);
    bytes.write("EFI PART\0\0\x01\0\x5c", "latin1");
    for (const [at, value] of [
      [24, own],
      [32, other],
      [40, 2 + entrySectors],
      [48, last - 1 - entrySectors],
      [72, table],
    ] as const) {
      bytes.writeBigUInt64LE(BigInt(value), at);
    }
    bytes.fill(0x22, 56, 72);
    bytes.writeUInt32LE(128, 80);
    bytes.writeUInt32LE(128, 84);
    bytes.writeUInt32LE(crc32(entries), 88);
    bytes.writeUInt32LE(crc32(bytes), 16);
    return bytes;
  };
  // The protective record (5.2.3).
  Buffer.from("00000200eeffffff01000000", "hex").copy(disk, 446);
  disk.writeUInt32LE(last, 458);
  disk.writeUInt16LE(0xaa55, 510);
  header(1, last, 2).copy(disk, sectorBytes);
  entries.copy(disk, 2 * sectorBytes);
  partition.copy(disk, mib);
  entries.copy(disk, (last - entrySectors) * sectorBytes);
  header(last, 1, last - entrySectors).copy(disk, last * sectorBytes);
  return disk;
}

function mbrDisk(partition: Buffer, { active = 0, code = "" } = {}): Buffer {
  const disk = Buffer.alloc(partition.length + mib);
  disk.write(code, 0, "latin1");
  Buffer.from([active, 0, 2, 0, 0xef, 0xff, 0xff, 0xff]).copy(disk, 446);
  disk.writeUInt32LE(2048, 454);
  disk.writeUInt32LE(partition.length / 512, 458);
  disk.writeUInt16LE(0xaa55, 510);
  partition.copy(disk, mib);
  return disk;
}

const uefi = { kind: "boot-sector", uefiOnly: ["x86_64"] };
const parted = "\xfa\xb8\0\x10\x8e\xd0\xbc\0\xb0\xb8\0\0\x8e\xd8\x8e\xc0\xfb\xbe\0\x7c\xbf";
const windows = "\x33\xc0\x8e\xd0\xbc\0\x7c\x8e\xc0 Missing operating system";

test("a system partition in a table of either kind, and of either size of sectors", async () => {
  const partition = fileSystem(await buildApplication());
  expect(await detectImage(diskOf(gptDisk(partition, 512)))).toMatchObject(uefi);
  const large = gptDisk(partition, 4096);
  expect(await detectImage(diskOf(large))).toMatchObject({ ...uefi, partitions: "gpt" });
  expect(await detectImage(diskOf(mbrDisk(partition)))).toMatchObject(uefi);
  for (const code of [parted, windows]) {
    expect(await detectImage(diskOf(mbrDisk(partition, { code })))).toMatchObject(uefi);
    const active = await detectImage(diskOf(mbrDisk(partition, { code, active: 0x80 })));
    expect(active).not.toHaveProperty("uefiOnly");
  }
  const own = mbrDisk(partition, { code: "\x33\xc0\x8e\xd0\xbc\0\x7c\xea my own loader" });
  expect(await detectImage(diskOf(own))).not.toHaveProperty("uefiOnly");
});

test("a FAT file system without a table, whatever made it", async () => {
  const made = fileSystem(await buildApplication());
  const withCode = (code: Buffer | string) => {
    const bytes = Buffer.from(made);
    const isFat32 = bytes.toString("latin1", 82, 87) === "FAT32";
    bytes.fill(0, isFat32 ? 90 : 62, 510);
    // The names that programs write may be missing.
    bytes.fill(0x20, 54, 62);
    Buffer.from(code as string, "latin1").copy(bytes, 90);
    return diskOf(bytes);
  };
  expect(await detectImage(diskOf(made))).toMatchObject(uefi);
  for (const code of [
    "",
    "\x0e\x1fThis is not a bootable disk.  Please insert a bootable floppy",
    "Non-system disk\r\nPress any key to reboot",
    "BOOTMGR is missing\r\nPress Ctrl+Alt+Del to restart",
  ]) {
    expect(await detectImage(withCode(code))).toMatchObject(uefi);
  }
  expect(await detectImage(withCode("\xfa\xfc my own loader"))).not.toHaveProperty("uefiOnly");
  const windowsDisk = withCode("BOOTMGR is missing");
  const bytes = readFileSync(windowsDisk);
  bytes.write("BOOTMGR    ", 4 * mib, "latin1");
  expect(await detectImage(diskOf(bytes))).not.toHaveProperty("uefiOnly");
});

test("a disk of 4,096-byte sectors is given as one, and boots", async () => {
  const partition = fileSystem(await buildApplication(), "-S", "5", "-M", "4096");
  const vm = await boot({ kernel: diskOf(gptDisk(partition, 4096)) });
  expect(vm.record().reproduce).toMatch(/virtio-blk-pci,\S*logical_block_size=4096/);
  await vm.serial.waitFor("Hello from an EFI application\n", { timeoutMs: 120_000 });
});
