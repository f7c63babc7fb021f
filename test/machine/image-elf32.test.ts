import { open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { ElfError, fileSource, readElf } from "../../harness/guest/index.ts";
import { detectImage } from "../../harness/machine/image.ts";
import { convertToElf32 } from "../../harness/machine/image-elf32.ts";
import { type Build, buildElf, runQemu, temporaryDirectory } from "../guest/clang.ts";
import { sampleElf } from "../guest/elf-sample.ts";
import { elfSamples } from "./image-samples.ts";

/**
 * What many tutorials build: Multiboot 1 header, 32-bit entry, long mode, then 64-bit code. It
 * prints the Multiboot magic's low byte as a letter if it was right, "64" from 64-bit code, and
 * what it finds in .data and .bss; then it leaves through the debug-exit device.
 */
const kernel = `
    .section .multiboot, "a"
    .align 4
    .long 0x1badb002, 3, -(0x1badb002 + 3)

    .section .boot, "ax"
    .code32
    .globl start32
start32:
    cmpl $0x2badb002, %eax
    jne 1f
    movb $'M', %al
    movw $0x3f8, %dx
    outb %al, %dx
1:  movl $PHYSICAL(level3 + 3), PHYSICAL(level4)
    movl $PHYSICAL(level3 + 3), PHYSICAL(level4 + 511 * 8)
    movl $0x83, PHYSICAL(level3)
    movl $0x83, PHYSICAL(level3 + 510 * 8)
    movl %cr4, %eax
    orl $0x20, %eax
    movl %eax, %cr4
    movl $PHYSICAL(level4), %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx
    rdmsr
    orl $0x100, %eax
    wrmsr
    movl %cr0, %eax
    orl $0x80000001, %eax
    movl %eax, %cr0
    lgdt PHYSICAL(table_pointer)
    ljmp $8, $PHYSICAL(trampoline)
    .code64
trampoline:
    movabsq $start64, %rax
    jmp *%rax
    .align 8
table: .quad 0, 0x00209a0000000000
table_pointer: .word 15
    .long PHYSICAL(table)

    .text
    .globl start64
start64:
    leaq message(%rip), %rsi
    movw $0x3f8, %dx
1:  lodsb
    testb %al, %al
    jz 2f
    outb %al, %dx
    jmp 1b
2:  movb zeros(%rip), %al
    movw $0xf4, %dx
    outb %al, %dx
    hlt

    .data
message: .asciz "64 data"
    .bss
    .align 4096
level4: .skip 4096
level3: .skip 4096
zeros: .skip 65536
`;

const lowScript = `
ENTRY(start32)
SECTIONS {
  . = 1M;
  .boot : { *(.multiboot) *(.boot) }
  .text : { *(.text) }
  .data : { *(.data) }
  .bss : { *(.bss) }
}
`;

const highScript = `
ENTRY(start32)
BASE = 0xffffffff80000000;
SECTIONS {
  . = 1M;
  .boot : { *(.multiboot) *(.boot) }
  . = ALIGN(4096) + BASE;
  .text : AT(ADDR(.text) - BASE) { *(.text) }
  .data : AT(ADDR(.data) - BASE) { *(.data) }
  .bss : AT(ADDR(.bss) - BASE) { *(.bss) }
}
`;

const low: Build = {
  target: "x86_64-elf",
  file: "kernel.S",
  source: kernel,
  compile: ["-g", "-DPHYSICAL(x)=(x)"],
  script: lowScript,
};
const high: Build = {
  ...low,
  source: kernel.replaceAll(/PHYSICAL\((level\d)/g, "HIGH($1"),
  compile: ["-g", "-DPHYSICAL(x)=(x)", "-DHIGH(x)=(x-0xffffffff80000000)"],
  script: highScript,
};

async function boot(path: string) {
  const machine = ["-machine", "pc", "-accel", "tcg", "-device", "isa-debug-exit,iobase=0xf4"];
  const serial = ["-serial", "stdio", "-monitor", "none"];
  return runQemu("x86_64", [...machine, ...serial, "-kernel", path]);
}

describe("in QEMU", () => {
  test.each([
    ["linked low", low],
    ["linked high, loaded low", high],
  ])(
    "a 64-bit Multiboot kernel is refused as it is, and boots converted: %s",
    async (_name, build) => {
      const path = await buildElf(build);
      const image = await detectImage(path);
      expect(image).toMatchObject({
        kind: "elf",
        bits: 64,
        multiboot: 1,
        bootable: "multiboot-as-elf32",
      });
      expect((await boot(path)).stderr).toContain("Cannot load x86-64 image, give a 32bit one.");

      const converted = join(await temporaryDirectory(), "converted.elf");
      await convertToElf32(path, converted);
      expect(await detectImage(converted)).toMatchObject({
        bits: 32,
        arch: "i386",
        entry: (image as { entry: bigint }).entry,
        bootable: "multiboot",
      });
      const { stdout, exitCode } = await boot(converted);
      expect([stdout, exitCode]).toEqual(["M64 data", 1]);
    },
  );
});

test("the original is not touched, and debug information is left out", async () => {
  const path = await buildElf(low);
  const before = await readFile(path);
  const converted = join(await temporaryDirectory(), "converted.elf");
  await convertToElf32(path, converted);
  expect(await readFile(path)).toEqual(before);
  const after = await readFile(converted);
  expect(after.length).toBeLessThan(before.length);
  // Everything behind the headers stays at its offset in the file.
  expect(after.subarray(0x1000)).toEqual(before.subarray(0x1000, after.length));
});

test("a virtual entry point becomes physical by the segment that it lies in", async () => {
  const directory = await temporaryDirectory();
  const [path, converted] = [join(directory, "kernel"), join(directory, "converted")];
  const segment = {
    virtualAddress: 0xffffffff80100000n,
    physicalAddress: 0x100000n,
    content: Buffer.alloc(64),
  };
  await writeFile(path, sampleElf({ entry: 0xffffffff80100020n, segments: [segment] }));
  await convertToElf32(path, converted);
  expect(await detectImage(converted)).toMatchObject({ bits: 32, arch: "i386", entry: 0x100020n });
  const handle = await open(converted);
  try {
    const { segments } = await readElf(fileSource(handle, (await handle.stat()).size));
    expect(segments).toMatchObject([
      { virtualAddress: 0x100000n, physicalAddress: 0x100000n, offset: 120n, fileSizeBytes: 64n },
    ]);
  } finally {
    await handle.close();
  }
});

describe("what cannot be", () => {
  test.each([
    [
      "a segment above 4 GiB",
      elfSamples.multiboot64High,
      "a segment is loaded at 0x100000000, above 4 GiB",
    ],
    [
      "a segment that ends above 4 GiB",
      sampleElf({ segments: [{ virtualAddress: 0xfffff000n, memorySizeBytes: 8192n }] }),
      "a segment is loaded at 0xfffff000, above 4 GiB",
    ],
    [
      "an entry point above 4 GiB",
      sampleElf({ entry: 2n ** 40n, segments: [{ content: Buffer.alloc(4) }] }),
      "its entry point 0x10000000000 lies above 4 GiB",
    ],
    ["a big-endian file", sampleElf({ endian: "big", segments: [] }), "it is big-endian"],
  ])("%s is a SpecError, and leaves no file", async (_name, bytes, reason) => {
    const directory = await temporaryDirectory();
    const path = join(directory, "kernel.elf");
    await writeFile(path, bytes);
    const error = await convertToElf32(path, join(directory, "converted")).catch(
      (failure: unknown) => failure,
    );
    expect(error).toBeInstanceOf(SpecError);
    expect((error as SpecError).field).toBe("kernel");
    expect((error as SpecError).message).toContain(
      `${path} cannot be loaded by Multiboot: ${reason}. `,
    );
    expect(await readdir(directory)).toEqual(["kernel.elf"]);
  });

  test("what is no ELF is an ElfError, and leaves no file", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "kernel.elf");
    await writeFile(path, "sixteen bytes and more");
    await expect(convertToElf32(path, join(directory, "converted"))).rejects.toThrow(ElfError);
    expect(await readdir(directory)).toEqual(["kernel.elf"]);
  });
});
