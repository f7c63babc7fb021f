import { open } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { findNearestSymbol } from "../../harness/guest/elf-symbols.ts";
import { bufferSource, fileSource, readElf } from "../../harness/guest/index.ts";
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

  test("a file without a symbol table has none", async () => {
    const bytes = sampleElf({ segments: [{ content: Buffer.alloc(4) }] });
    const source = bufferSource(bytes);
    expect(await findNearestSymbol(source, await readElf(source), 0x100000n, 0n)).toBeUndefined();
  });
});
