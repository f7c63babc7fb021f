import { expect, test } from "vitest";
import { stoppingInstruction } from "../../harness/guest/index.ts";

const stop = (arch: string, ...bytes: number[]) =>
  stoppingInstruction(arch, Uint8Array.from(bytes));

/** As clang assembles them; what tests boot has only some. */
test.each([
  ["aarch64", "wfi", [0x7f, 0x20, 0x03, 0xd5]],
  ["aarch64", "hvc", [0x02, 0x00, 0x00, 0xd4]],
  ["aarch64", "smc", [0x03, 0x00, 0x00, 0xd4]],
  ["arm", "wfi", [0x03, 0xf0, 0x20, 0xe3]],
  ["arm", "wfi", [0x00, 0xbf, 0x30, 0xbf]],
  ["arm", "wfi", [0xaf, 0xf3, 0x03, 0x80]],
  ["arm", "hvc", [0x70, 0x00, 0x40, 0xe1]],
  ["arm", "smc", [0x70, 0x00, 0x60, 0xe1]],
  ["arm", "hvc", [0xe0, 0xf7, 0x00, 0x80]],
  ["arm", "smc", [0xf0, 0xf7, 0x00, 0x80]],
  ["riscv64", "wfi", [0x73, 0x00, 0x50, 0x10]],
  ["riscv32", "wfi", [0x73, 0x00, 0x50, 0x10]],
  ["mips", "wait", [0x42, 0x00, 0x00, 0x20]],
  ["mips64", "wait", [0x42, 0x00, 0x00, 0x20]],
  ["mipsel", "wait", [0x20, 0x00, 0x00, 0x42]],
  ["mips64el", "wait", [0x20, 0x00, 0x00, 0x42]],
] as const)("%s knows its %s", (arch, name, bytes) => {
  const isSleep = name === "wfi" || name === "wait";
  expect(stop(arch, ...bytes)).toEqual({ name, isSleep });
});

test("nothing else stops a CPU, and only what all of its bytes are there of does", () => {
  expect(stop("aarch64", 0x1f, 0x20, 0x03, 0xd5)).toBeUndefined();
  expect(stop("aarch64", 0x20, 0x03, 0xd5)).toBeUndefined();
  expect(stop("riscv64")).toBeUndefined();
  expect(stop("mips", 0x20, 0x00, 0x00, 0x42)).toBeUndefined();
  // QEMU shows itself whether an x86 CPU is halted.
  expect(stop("x86_64", 0x90, 0x90, 0xfa, 0xf4)).toBeUndefined();
});
