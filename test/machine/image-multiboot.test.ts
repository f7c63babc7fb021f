/** Multiboot headers that loaders do not find, and kernels that lie where QEMU's loader does. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { detectImage } from "../../harness/machine/image.ts";
import { checkImage, type ImageRequest } from "../../harness/machine/image-check.ts";
import { overwritesLoader } from "../../harness/machine/image-multiboot.ts";
import { buildElf, temporaryDirectory } from "../guest/clang.ts";
import { sampleElf, sampleNote } from "../guest/elf-sample.ts";
import { boot } from "./machines.ts";

vi.setConfig({ testTimeout: 60_000 });

function header(magic: number, offset: number, sizeBytes: number, change = 0): Buffer {
  const bytes = Buffer.alloc(sizeBytes, 0x90);
  const words = [0x2badb002, 0x1badb002].includes(magic) ? [magic, 3] : [magic, 0, 24];
  const sum = words.reduce((total, word) => total + word, 0);
  const checksum = (2 ** 33 - (sum % 2 ** 32) + change) % 2 ** 32;
  for (const [index, word] of [...words, checksum].entries()) {
    bytes.writeUInt32LE(word, offset + index * 4);
  }
  return bytes;
}

async function firstLine(content: Buffer, request: ImageRequest = {}): Promise<string> {
  const path = join(await temporaryDirectory(), "kernel.elf");
  await writeFile(path, content);
  try {
    checkImage(await detectImage(path), request);
  } catch (error) {
    return (error as Error).message.split("\n")[0]?.replaceAll(path, "PATH") as string;
  }
  return "";
}

const elf = (content: Buffer) => sampleElf({ bits: 32, machine: 3, segments: [{ content }] });
/** Bytes before the content of the one segment. */
const before = 52 + 32;

describe("near misses of a header", () => {
  test.each([
    [
      "far behind",
      header(0x1badb002, 12288 - before, 16384),
      "has its Multiboot header at byte 12288, but loaders look for it in the first 8 KiB (QEMU: 8144 bytes); " +
        "put its section first in the linker script",
    ],
    [
      "within 8 KiB, but not with the longest header",
      header(0x1badb002, 8148 - before, 16384),
      "has its Multiboot header at byte 8148, but loaders",
    ],
    [
      "version 2, far behind",
      header(0xe85250d6, 40960 - before, 50000),
      "has its Multiboot 2 header at byte 40960, but loaders look for it in the first 32 KiB",
    ],
    [
      "misaligned",
      header(0x1badb002, 4098 - before, 8192),
      "has its Multiboot header at byte 4098, which is no multiple of 4; align it (.align 4",
    ],
    [
      "version 2, misaligned",
      header(0xe85250d6, 4100 - before, 8192),
      "has its Multiboot 2 header at byte 4100, which is no multiple of 8; align it (.align 8",
    ],
    [
      "a wrong checksum",
      header(0x1badb002, 4096 - before, 8192, 1),
      "has the magic of a Multiboot header at byte 4096, but magic, flags and checksum do not add " +
        "up to 0; if that is meant to be the header, its checksum has to be 0xe4524ffb",
    ],
    [
      "version 2, a wrong checksum",
      header(0xe85250d6, 4096 - before, 8192, 1),
      "has the magic of a Multiboot 2 header at byte 4096, but magic, architecture, length and",
    ],
    [
      "the loader's magic",
      header(0x2badb002, 4096 - before, 8192),
      "has at byte 4096 a Multiboot header that begins with 0x2badb002, which is what a loader " +
        "hands over; a header begins with 0x1badb002",
    ],
  ])("%s", async (_name, content, expected) => {
    const said = await firstLine(elf(content));
    expect(said).toMatch(`kernel: PATH is a 32-bit ELF for i386 that ${expected}`);
    expect(await firstLine(elf(content), { bootLoader: "grub" })).toBe(said);
  });

  test("the magic as a symbol's value is no header, and says that there is none", async () => {
    const symbols = Buffer.alloc(64);
    symbols.writeUInt32LE(0x1badb002, 20);
    const kernel = Buffer.concat([elf(Buffer.alloc(4096, 0x90)), symbols]);
    expect(await firstLine(kernel)).toMatch(
      "is a 32-bit ELF for i386 that names the magic of a Multiboot header, but has none in a " +
        "loaded segment; was its section dropped?",
    );
    const both = Buffer.concat([elf(header(0x1badb002, 4096 - before, 8192, 1)), symbols]);
    expect(await firstLine(both)).toMatch("has the magic of a Multiboot header at byte 4096, but");
    const whole = Buffer.concat([elf(Buffer.alloc(16384, 0x90)), header(0x1badb002, 32, 64)]);
    expect(await firstLine(whole)).toMatch(
      'has its Multiboot header at byte 16500, outside of all that is loaded; give its section the flag "a"',
    );
    const code = Buffer.alloc(20_000, 0x90);
    code.writeUInt32LE(0x1badb002, 16_000);
    expect(await firstLine(elf(code))).toMatch("without a boot protocol that QEMU knows");
  });

  test("of a flat binary, which needs the addresses as well", async () => {
    expect(await firstLine(header(0x1badb002, 4096, 16384))).toMatch(
      "kernel: PATH has a Multiboot header without addresses, which an ELF file may have",
    );
    expect(await firstLine(header(0x1badb002, 12288, 16384))).toMatch(
      "kernel: PATH has its Multiboot header at byte 12288",
    );
  });

  test("bytes by chance are no reason to refuse what boots, nor named where nothing is", async () => {
    const chance = header(0x1badb002, 12288, 16384);
    const note = sampleNote("Xen", 18, Buffer.from("0000100000000000", "hex"));
    const pvh = { type: 4, content: note, alignment: 4n };
    expect(await firstLine(sampleElf({ segments: [{ content: chance }, pvh] }))).toBe("");
    expect(await firstLine(sampleElf({ machine: 183, segments: [{ content: chance }] }))).toBe("");
    const bare = await firstLine(elf(Buffer.alloc(8192, 0x90)));
    expect(bare).toMatch("without a boot protocol that QEMU knows; add a PVH note");
  });
});

test("a PVH note in a segment in which QEMU reads another address", async () => {
  const content = sampleNote("Xen", 18, Buffer.from("0000100000000000", "hex"));
  const withAlignment = (alignment: bigint) =>
    sampleElf({ segments: [{ content: Buffer.alloc(16) }, { type: 4, content, alignment }] });
  expect(await firstLine(withAlignment(4n))).toBe("");
  expect(await firstLine(withAlignment(8n))).toMatch(
    "in whose segment of notes QEMU reads the wrong entry point, because that segment is aligned to 8",
  );
});

test.each([
  [0x10_0000n, 0x20_0000n, false],
  [0x1_0000n, 0x9_0000n, false],
  [0x1000n, 0x5000n, false],
  [0x8000n, 0x8004n, true],
  [0x8000n, 0x10_0000n, true],
  [0x9_f000n, 0x10_2000n, true],
  [0x9000n, 0x9004n, true],
  [0xa000n, 0xb000n, false],
  [0xf_0000n, 0x10_2000n, false],
])("a kernel from %x to %x is in the way of QEMU's loader: %s", (start, end, expected) => {
  expect(overwritesLoader(start, end)).toBe(expected);
});

const source = `
        .section .text
        .align 4
        .long 0x1badb002, 0, -0x1badb002
        .globl start
start:  movl $message, %esi
        cmpl $0x2badb002, %eax
        jne 3f
        testl $1, (%ebx)
        jz 3f
        cmpl $0x12345678, 0x8000
        je 1f
3:      movl $lost, %esi
1:      movb (%esi), %al
        testb %al, %al
        jz 2f
        movw $0x3f8, %dx
        outb %al, %dx
        incl %esi
        jmp 1b
2:      cli
        hlt
        jmp 2b
message: .asciz "both are there\\n"
lost:   .asciz "something is lost\\n"
        .section .low, "ax"
        .long 0x12345678`;

test("a kernel with a part at 0x8000 is started by GRUB, which nothing of it overwrites", async () => {
  const kernel = await buildElf({
    target: "i386-elf",
    file: "kernel.S",
    source,
    link: ["-m", "elf_i386", "-n"],
    script: `ENTRY(start)
      PHDRS { high PT_LOAD FLAGS(7); low PT_LOAD FLAGS(7); }
      SECTIONS {
        . = 0x100000; .text : { *(.text) } :high
        . = 0x8000; .low : { *(.low) } :low
      }`,
  });
  expect(await detectImage(kernel)).toMatchObject({ bootable: "multiboot-by-grub" });
  const vm = await boot({ kernel });
  await vm.serial.waitFor(/(.*)\n/, { timeoutMs: 40_000 });
  expect(vm.serial.text).toContain("both are there\n");
});
