import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSymbols } from "../../harness/guest/index.ts";
import { buildElf, temporaryDirectory } from "./clang.ts";

/** `entry` calls `outer`, which is inlined, as is `deep` inside it; then halts. */
const kernel = `
static inline __attribute__((always_inline)) void deep(volatile int *place) {
  *place = 1;
}
static inline __attribute__((always_inline)) void outer(volatile int *place) {
  deep(place + 1);
}
void other(void);
void entry(void) {
  outer((volatile int *)0x1000);
  __asm__ volatile("cli\\nhlt\\n.globl behind_halt\\nbehind_halt:");
  __asm__ volatile("nop");
}
void other(void) {
  for (;;) __asm__ volatile("");
}
`;

/** Linked high, loaded low, as most 64-bit kernels are. */
const script = `
ENTRY(entry)
SECTIONS {
  . = 0xffffffff80100000;
  .text : AT(0x100000) { *(.text*) }
  /DISCARD/ : { *(.eh_frame*) *(.comment) }
}
`;

let directory: string;
/** The kernel with and without DWARF. */
let path: string;
let plainPath: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "test-of-bringup-"));
  path = await build("debug", "-g");
  plainPath = await build("plain");
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function build(name: string, ...options: string[]): Promise<string> {
  const place = join(directory, name);
  await mkdir(place);
  return buildElf({
    target: "x86_64-elf",
    file: "kernel.c",
    source: kernel,
    compile: ["-O1", "-fomit-frame-pointer", "-mcmodel=kernel", ...options],
    script,
    directory: place,
  });
}

async function addressOf(path: string, symbol: string): Promise<bigint> {
  const { stdout } = await execa("llvm-nm", [path]);
  const line = stdout.split("\n").find((candidate) => candidate.endsWith(` ${symbol}`));
  return BigInt(`0x${line?.split(" ")[0]}`);
}

describe("with DWARF", () => {
  test("file, line and function, with the chain of inlined functions", async () => {
    const found = await openSymbols(path).locate(await addressOf(path, "entry"));
    const file = join(dirname(path), "kernel.c");
    expect(found).toMatchObject({ symbol: "deep", file, line: 3 });
    expect(found.inlinedInto).toMatchObject([
      { symbol: "outer", file, line: 6 },
      { symbol: "entry", file, line: 10 },
    ]);
    expect(found.note).toBeUndefined();
  });

  test("behind a halt, `after` still finds the halt", async () => {
    const behind = await addressOf(path, "behind_halt");
    const symbols = openSymbols(path);
    expect(await symbols.locate(behind, { after: true })).toMatchObject({
      address: behind,
      symbol: "entry",
      line: 11,
    });
    expect((await symbols.locate(behind)).line).toBe(12);
  });

  test("a physical address is translated, with a note", async () => {
    expect(await openSymbols(path).locate(0x100000n)).toMatchObject({
      address: 0x100000n,
      symbol: "deep",
      line: 3,
      note: "taken as a physical address: the kernel had not switched to its own addresses yet",
    });
  });

  test("a file of another guest architecture", async () => {
    const other = await buildElf({
      target: "riscv64-elf",
      file: "kernel.c",
      source: "void entry(void) {\n  for (;;);\n}\n",
      compile: ["-g"],
      link: ["-Ttext=0x80000000", "-e", "entry"],
    });
    const found = await openSymbols(other).locate(0x80000000n);
    expect(found).toMatchObject({ symbol: "entry", line: 1 });
  });
});

describe("without DWARF", () => {
  test("the function, and that -g is missing", async () => {
    const address = (await addressOf(plainPath, "other")) + 1n;
    const found = await openSymbols(plainPath).locate(address);
    expect(found).toMatchObject({
      symbol: "other",
      note: "kernel.elf has no line information here: compile with -g",
    });
    expect(found.line).toBeUndefined();
  });

  test("without the tool, from the table: with the offset, and how to get lines", async () => {
    const address = (await addressOf(path, "other")) + 1n;
    expect(await openSymbols(path, { symbolizer: null }).locate(address)).toEqual({
      address,
      symbol: "other",
      offset: 1n,
      inlinedInto: [],
      note: "no source lines: llvm-symbolizer was not found (install llvm)",
    });
  });

  test("a stripped kernel is named by the symbols of another file", async () => {
    const stripped = join(await temporaryDirectory(), "stripped.elf");
    await execa("llvm-strip", ["-o", stripped, path]);
    const address = await addressOf(path, "entry");
    expect(await openSymbols(stripped).locate(address)).toEqual({
      address,
      inlinedInto: [],
      note: "stripped.elf has no line information here: compile with -g",
    });
    expect((await openSymbols(path).locate(address)).line).toBe(3);
  });
});

describe("unknown stays unknown, and says why", () => {
  test("an address outside the kernel", async () => {
    for (const address of [0xfffffff0n, 0n, 2n ** 64n - 1n]) {
      expect(await openSymbols(path).locate(address, { after: address === 0n })).toEqual({
        address,
        inlinedInto: [],
        note: "the address lies outside kernel.elf: firmware, or a stray jump",
      });
    }
  });

  test("no file, a directory, no ELF, a truncated one", async () => {
    const directory = await temporaryDirectory();
    const file = join(directory, "file");
    const note = async (path: string) => (await openSymbols(path).locate(1n)).note;
    expect(await note(file)).toMatch(/^no symbols from file: ENOENT/);
    expect(await note(directory)).toBe(
      `no symbols from ${basename(directory)}: it is not a regular file`,
    );
    await writeFile(file, "no kernel, but sixteen bytes");
    expect(await note(file)).toMatch(/^no symbols from file: not an ELF file/);
    await writeFile(file, "\x7fELF");
    expect(await note(file)).toMatch(/^no symbols from file: the ELF identification should end/);
  });
});

describe("a symbolizer that misbehaves leaves the table's answer", () => {
  async function locateWith(program: string, timeoutMs = 5000) {
    const tool = join(await temporaryDirectory(), "llvm-symbolizer");
    await writeFile(tool, `#!/bin/sh\n${program}\n`);
    await chmod(tool, 0o755);
    const symbols = openSymbols(path, { symbolizer: tool, timeoutMs });
    return symbols.locate(await addressOf(path, "other"));
  }

  test.each([
    ["exit 3", /^no source lines: llvm-symbolizer failed: /],
    [
      "echo 'libLLVM is missing' >&2; exit 127",
      "no source lines: llvm-symbolizer failed: libLLVM is missing",
    ],
    ["kill -9 $$", "no source lines: llvm-symbolizer failed: ended with SIGKILL"],
    ["echo hello", 'no source lines: llvm-symbolizer printed something other than JSON: "hello"'],
    ["echo '[]'", "no source lines: llvm-symbolizer gave an empty answer"],
    [
      `echo '[{"Error":{"Message":"No such file"}}]'`,
      "no source lines: llvm-symbolizer: No such file",
    ],
    [
      `echo '[{"Symbol":[{"FunctionName":"","Line":0}]}]'`,
      /^kernel.elf has no line information here/,
    ],
  ])("%s", async (program, note) => {
    const found = await locateWith(program);
    expect(found).toMatchObject({ symbol: "other", offset: 0n });
    expect(found.note).toMatch(note);
  });

  test("one that hangs is ended at its limit", async () => {
    const found = await locateWith("exec sleep 60", 50);
    expect(found.note).toBe("no source lines: llvm-symbolizer did not answer within 50 ms");
    expect(found.symbol).toBe("other");
  });

  test("one that does not exist", async () => {
    const found = await openSymbols(path, { symbolizer: "/nonexistent/tool" }).locate(0x100000n);
    expect(found.note).toMatch(/no source lines: llvm-symbolizer failed: /);
  });
});
