import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findNearestSymbol } from "../../harness/guest/elf-symbols.ts";
import {
  type ByteSource,
  bufferSource,
  ElfError,
  fileSource,
  loadedSegments,
  readElf,
  readNotes,
} from "../../harness/guest/index.ts";
import { buildElf, temporaryDirectory } from "./clang.ts";
import { sampleElf, sampleNote } from "./elf-sample.ts";

const formats = fc.record({
  bits: fc.constantFrom(32 as const, 64 as const),
  endian: fc.constantFrom("little" as const, "big" as const),
});

describe("header and segments", () => {
  test("what was written comes back, in both classes and byte orders", async () => {
    const address = fc.bigInt({ min: 0n, max: 2n ** 32n - 1n });
    const segment = fc.record({
      virtualAddress: address,
      physicalAddress: address,
      memorySizeBytes: address,
      flags: fc.nat(7),
      content: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    });
    await fc.assert(
      fc.asyncProperty(
        formats,
        fc.array(segment, { maxLength: 6 }),
        address,
        async (format, segments, entry) => {
          const elf = await readElf(
            bufferSource(sampleElf({ ...format, segments, entry, machine: 8 })),
          );
          expect(elf).toMatchObject({ ...format, entry, machine: 8, type: 2 });
          expect(elf.segments).toMatchObject(
            segments.map(({ content, ...fields }) => ({
              ...fields,
              type: 1,
              fileSizeBytes: BigInt(content.length),
            })),
          );
          expect(loadedSegments(elf)).toHaveLength(
            segments.filter(({ memorySizeBytes }) => memorySizeBytes > 0n).length,
          );
        },
      ),
    );
  });

  test.each([
    [
      "an empty file",
      Buffer.alloc(0),
      "the ELF identification should end at byte 16, but the file ends at byte 0",
    ],
    [
      "a text",
      Buffer.from("#!/bin/sh\necho hello\n"),
      "not an ELF file: the magic 7f 45 4c 46 is missing",
    ],
    [
      "a cut header",
      sampleElf().subarray(0, 40),
      "the ELF header should end at byte 64, but the file ends at byte 40",
    ],
    ["a class of 7", patched(4, 7), "the ELF class 7 is neither 1 nor 2"],
    ["a byte order of 9", patched(5, 9), "the ELF byte order 9 is neither 1 nor 2"],
    ["a strange entry size", patched(54, 57), "a program header has 57 bytes instead of 56"],
    [
      "60,000 segments",
      patched(57, 0xea),
      /^the file claims 59905 segments, more than the limit of 1024$/,
    ],
    [
      "program headers elsewhere",
      patched(39, 0x7f),
      /^the table of program headers should end at byte 9151/,
    ],
  ])("%s is an ElfError", async (_name, bytes, message) => {
    const failure = await readElf(bufferSource(bytes)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ElfError);
    expect((failure as ElfError).message).toMatch(message);
  });

  function patched(offset: number, value: number): Buffer {
    const bytes = sampleElf({ segments: [{ content: Buffer.alloc(4) }] });
    bytes[offset] = value;
    return bytes;
  }
});

describe("notes", () => {
  test("those of a real kernel, and of a segment with several", async () => {
    const content = Buffer.concat([
      sampleNote("GNU", 3, Buffer.from([1, 2, 3])),
      sampleNote("Xen", 18, Buffer.from([0, 0, 16, 0])),
    ]);
    const bytes = sampleElf({ segments: [{ type: 4, content }] });
    const notes = await readNotes(bufferSource(bytes), await readElf(bufferSource(bytes)));
    expect(
      notes.map(({ name, type, descriptor }) => [name, type, descriptor.toString("hex")]),
    ).toEqual([
      ["GNU", 3, "010203"],
      ["Xen", 18, "00001000"],
    ]);
  });

  test("a record that does not fit ends the list", async () => {
    const note = sampleNote("Xen", 18, Buffer.alloc(4));
    const content = Buffer.concat([note, Buffer.from("ffffffffffffffff00000012", "hex")]);
    const bytes = sampleElf({ segments: [{ type: 4, content }] });
    const notes = await readNotes(bufferSource(bytes), await readElf(bufferSource(bytes)));
    expect(notes).toHaveLength(1);
  });

  test("a segment behind the end of the file is an ElfError", async () => {
    const bytes = sampleElf({ segments: [{ type: 4, fileSizeBytes: 4096n }] });
    const elf = await readElf(bufferSource(bytes));
    await expect(readNotes(bufferSource(bytes), elf)).rejects.toThrow(ElfError);
  });
});

test("a file source reads at any place, and says when the file shrank", async () => {
  const path = join(await temporaryDirectory(), "file");
  await writeFile(path, "0123456789");
  const handle = await open(path);
  try {
    expect((await fileSource(handle, 10).read(3, 4, "part")).toString()).toBe("3456");
    await expect(fileSource(handle, 10).read(8, 4, "part")).rejects.toThrow(
      "part should end at byte 12, but the file ends at byte 10",
    );
    await expect(fileSource(handle, 20).read(8, 4, "part")).rejects.toThrow(
      "part is missing: the file shrank while it was read",
    );
  } finally {
    await handle.close();
  }
});

test("no header decides how much memory is taken", async () => {
  const source: ByteSource = fileSource(undefined as never, 2 ** 50);
  await expect(source.read(0, 2 ** 40, "the table")).rejects.toThrow(
    "the table has 1099511627776 bytes, more than the limit of 67108864",
  );
});

describe("nonsense", () => {
  async function readAll(bytes: Buffer): Promise<void> {
    const source = bufferSource(bytes);
    try {
      const elf = await readElf(source);
      await readNotes(source, elf);
      await findNearestSymbol(source, elf, elf.entry, 0n);
    } catch (error) {
      if (!(error instanceof ElfError)) throw error;
    }
  }

  test("random bytes behind the magic end in an ElfError or in an answer", async () => {
    await fc.assert(
      fc.asyncProperty(
        formats,
        fc.uint8Array({ maxLength: 300 }),
        async ({ bits, endian }, rest) => {
          const start = [0x7f, 0x45, 0x4c, 0x46, bits / 32, endian === "little" ? 1 : 2];
          await readAll(Buffer.from([...start, ...rest]));
        },
      ),
    );
  });

  test("so does a real kernel with bytes changed and its end cut off", async () => {
    const path = await buildElf({
      target: "x86_64-elf",
      file: "kernel.c",
      source: "void entry(void) { for (;;); }",
      link: ["-e", "entry", "--image-base=0", "-Ttext=0x100000"],
    });
    const handle = await open(path);
    const original = await handle.readFile().finally(() => handle.close());
    const change = fc.tuple(fc.nat(original.length - 1), fc.nat(255));
    // Most changes belong where the structures are: in the header and in the tables.
    const early = fc.tuple(fc.nat(300), fc.nat(255));
    const late = fc.tuple(
      fc.integer({ min: original.length - 900, max: original.length - 1 }),
      fc.nat(255),
    );
    const changes = fc.array(fc.oneof(change, early, late), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(original.length), async (places, length) => {
        const bytes = Buffer.from(original);
        for (const [offset, value] of places) bytes[offset] = value;
        await readAll(bytes);
        await readAll(bytes.subarray(0, length));
      }),
      { numRuns: 300 },
    );
  });
});
