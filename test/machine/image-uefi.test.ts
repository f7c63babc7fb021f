/** The tables of a disk are whatever its author wrote: nothing in them may throw. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { bufferSource } from "../../harness/guest/elf-bytes.ts";
import { bootFilesAt, readUefiDisk } from "../../harness/machine/image-uefi.ts";

/** A protective MBR, a header that points to its table, and one entry for a system partition. */
function gptHead(fields: { table: bigint; entryBytes: number; first: bigint }): Buffer {
  const head = Buffer.alloc(4096);
  head.writeUInt8(0xee, 450);
  head.write("EFI PART", 512, "latin1");
  head.writeBigUInt64LE(fields.table, 512 + 72);
  head.writeUInt32LE(fields.entryBytes, 512 + 84);
  Buffer.from("28732ac11ff8d211ba4b00a0c93ec93b", "hex").copy(head, 1024);
  head.writeBigUInt64LE(fields.first, 1024 + 32);
  return head;
}

test("a table of any content is read, or is none", async () => {
  const number64 = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt(0n, 9n));
  const number32 = fc.oneof(fc.nat(2 ** 32 - 1), fc.constantFrom(0, 1, 128));
  const parts = fc.record({ table: number64, entryBytes: number32, first: number64 });
  await fc.assert(
    fc.asyncProperty(parts, fc.integer({ min: 0, max: 4096 }), async (fields, end) => {
      const head = gptHead(fields).subarray(0, end);
      const found = await readUefiDisk(bufferSource(head), head);
      if (found !== undefined) expect(found).toEqual([]);
    }),
  );
  const whole = gptHead({ table: 2n, entryBytes: 128, first: 4n });
  whole.write("BOOTAA64EFI", 3000, "latin1");
  expect(await readUefiDisk(bufferSource(whole), whole)).toEqual(["aarch64"]);
});

test("a boot file is found by its short name, and by a long one around its checksum", async () => {
  const bytes = Buffer.alloc(1024);
  bytes.write("BOOTX64 EFI", 100, "latin1");
  bytes.write("BOOTR", 201, "utf16le");
  bytes.writeUInt8(0x0f, 211);
  bytes.writeUInt8(0x5a, 213);
  bytes.write("ISCV32", 214, "utf16le");
  expect(await bootFilesAt(bufferSource(bytes), 0)).toEqual(["x86_64"]);
  bytes.write("ISCV64", 214, "utf16le");
  expect(await bootFilesAt(bufferSource(bytes), 0)).toEqual(["x86_64", "riscv64"]);
  expect(await bootFilesAt(bufferSource(bytes), 4096)).toEqual([]);
});
