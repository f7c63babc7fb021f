import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { detectImage } from "../../harness/machine/image.ts";
import { type DetectedImage, describeImage } from "../../harness/machine/image-types.ts";
import { buildElf, temporaryDirectory } from "../guest/clang.ts";
import { elfSamples } from "./image-samples.ts";

async function detect(bytes: Buffer): Promise<DetectedImage> {
  const path = join(await temporaryDirectory(), "named-like-nothing");
  await writeFile(path, bytes);
  return detectImage(path);
}

describe("ELF", () => {
  test.each([
    ["pvh", "64-bit ELF for x86_64 with a PVH entry", "pvh", null],
    ["pvh32", "32-bit ELF for i386 with a PVH entry", "pvh", null],
    ["multiboot32", "32-bit ELF for i386 with a Multiboot 1 header", "multiboot", null],
    ["multiboot64", "64-bit ELF for x86_64 with a Multiboot 1 header", "multiboot-as-elf32", null],
    [
      "multiboot64AndPvh",
      "64-bit ELF for x86_64 with a PVH entry and a Multiboot 1 header",
      "multiboot-as-elf32",
      null,
    ],
    [
      "multiboot64High",
      "64-bit ELF for x86_64 with a Multiboot 1 header",
      null,
      "elf32-impossible",
    ],
    ["multiboot2", "64-bit ELF for x86_64 with a Multiboot 2 header", "multiboot2", null],
    ["bare", "64-bit ELF for x86_64", null, "no-boot-protocol"],
    ["limine", "64-bit ELF for x86_64", null, "limine"],
    ["pvhOutside", "64-bit ELF for x86_64", null, "pvh-note-not-in-segment"],
    ["aarch64", "64-bit ELF for aarch64", "entry", null],
    ["arm", "32-bit ELF for arm", "entry", null],
    ["riscv64", "64-bit ELF for riscv64", "entry", null],
    ["riscv32", "32-bit ELF for riscv32", "entry", null],
    ["mipsBig", "32-bit big-endian ELF for mips", "entry", null],
    ["loongarch64", "64-bit ELF for loongarch64", "entry", null],
    ["strange", "64-bit ELF for machine number 999", "entry", null],
    ["object", "64-bit ELF for x86_64", null, "relocatable"],
    ["library", "64-bit ELF for aarch64", null, "shared-library"],
    ["positionIndependent", "64-bit ELF for aarch64", "entry", null],
    ["core", "64-bit ELF for x86_64", null, "core-dump"],
    ["hollow", "64-bit ELF for aarch64", null, "no-segments"],
    ["hollowPvh", "64-bit ELF for x86_64 with a PVH entry", null, "no-segments"],
    ["linuxProgram", "64-bit ELF for x86_64", null, "linux-program"],
    ["linuxStatic", "64-bit ELF for aarch64", null, "linux-program"],
    ["freebsdKernel", "64-bit ELF for x86_64 with a PVH entry", "pvh", null],
  ] as const)("%s", async (name, description, bootable, obstacle) => {
    const image = await detect(elfSamples[name]);
    expect(image).toMatchObject({
      kind: "elf",
      bootable,
      obstacle,
      entry: 0x100000n * BigInt(name !== "library"),
    });
    expect(describeImage(image)).toBe(description);
  });

  test("what clang links for RISC-V, and the program that runs this test", async () => {
    const path = await buildElf({
      target: "riscv64-elf",
      file: "kernel.c",
      source: "void entry(void) { for (;;); }",
      compile: ["-march=rv64imac"],
      link: ["-Ttext=0x80000000", "-e", "entry"],
    });
    expect(await detectImage(path)).toMatchObject({
      kind: "elf",
      arch: "riscv64",
      bootable: "entry",
      entry: 0x80000000n,
    });
    expect(await detectImage(process.execPath)).toMatchObject({ obstacle: "linux-program" });
  });
});
