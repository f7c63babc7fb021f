import { open } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { findNearestSymbol } from "../../harness/guest/elf-symbols.ts";
import { bufferSource, fileSource, openSymbols, readElf } from "../../harness/guest/index.ts";
import { buildElf } from "./clang.ts";
import { sampleElf } from "./elf-sample.ts";

describe("symbol table", () => {
  const assembly = `
    .text
    .globl first
    .type first, %function
first:
    .fill 16
    .size first, .-first
    .globl label
label:
    .fill 16
local:
    .fill 16
    .data
    .globl datum
    .type datum, %object
datum: .fill 4
`;

  test.each(["x86_64-elf", "i386-elf", "aarch64-elf", "aarch64_be-elf", "riscv32-elf"])(
    "%s",
    async (target) => {
      const machine = target === "i386-elf" ? ["-m", "elf_i386"] : [];
      const path = await buildElf({
        target,
        file: "kernel.S",
        source: assembly,
        link: [...machine, "--image-base=0", "-Ttext=0x100000", "-Tdata=0x200000", "-e", "first"],
      });
      const find = async (address: bigint, lowest = 0x100000n) => {
        const handle = await open(path);
        try {
          const source = fileSource(handle, (await handle.stat()).size);
          return await findNearestSymbol(source, await readElf(source), address, lowest);
        } finally {
          await handle.close();
        }
      };
      expect(await find(0x100000n)).toEqual({ name: "first", address: 0x100000n });
      expect(await find(0x10000fn)).toEqual({ name: "first", address: 0x100000n });
      expect(await find(0x100010n)).toEqual({ name: "label", address: 0x100010n });
      expect(await find(0x10002fn)).toEqual({ name: "label", address: 0x100010n });
      expect(await find(0x200000n, 0x200000n)).toEqual({ name: "datum", address: 0x200000n });
      expect(await find(0xfffffn, 0n)).toBeUndefined();
      expect(await find(0x300000n, 0x300000n)).toBeUndefined();
    },
  );

  test("labels of tools are passed over, also by llvm-symbolizer's answer", async () => {
    const path = await buildElf({
      target: "x86_64-elf",
      file: "kernel.S",
      source: `
    .globl kmain
kmain: nop
.LBB0_2: nop
    .globl L0
L0: nop
$x: nop
    .globl _ZN1k5inner17h4488b3a2266d7c2eE
_ZN1k5inner17h4488b3a2266d7c2eE: nop
.L1: nop
    .globl L7
    .type L7, %function
L7: nop
`,
      // Keeps local labels, as RISC-V does for its linker.
      compile: ["-Wa,-L"],
      link: ["-Ttext=0x100000", "-e", "kmain"],
    });
    const names = ["kmain", "kmain", "kmain", "kmain", "k::inner", "k::inner", "L7"];
    for (const symbolizer of [undefined, null]) {
      const symbols = openSymbols(path, symbolizer === null ? { symbolizer } : {});
      const found = names.map((_, index) => symbols.locate(0x100000n + BigInt(index)));
      expect((await Promise.all(found)).map(({ symbol }) => symbol)).toEqual(names);
    }
  });

  test("a file without a symbol table has none", async () => {
    const bytes = sampleElf({ segments: [{ content: Buffer.alloc(4) }] });
    const source = bufferSource(bytes);
    expect(await findNearestSymbol(source, await readElf(source), 0x100000n, 0n)).toBeUndefined();
  });
});
