import { expect, test } from "vitest";
import { type CpuRegisters, deafInstructionSet } from "../../harness/guest/index.ts";

type Values = Readonly<Record<string, bigint>>;

function cpu(values: Values, interruptsEnabled?: boolean): CpuRegisters {
  return {
    cpu: 0,
    instructionPointer: 0x1000n,
    halted: undefined,
    interruptsEnabled,
    started: undefined,
    values: new Map(Object.entries(values)),
  };
}

const x86: Values = { rfl: 0x2n, cpl: 0n, dr7: 0x400n, efer: 0x500n, "cs.flags": 0x20_9a00n };

test.each<[string, Values, boolean | undefined, string | undefined]>([
  ["64 bits", {}, false, "x86-64"],
  ["32 bits", { efer: 0n, "cs.flags": 0xcf_9a00n }, false, "x86-32"],
  ["32 bits of a 64-bit kernel", { "cs.flags": 0xcf_9a00n }, false, "x86-32"],
  ["real mode", { efer: 0n, "cs.flags": 0x9b00n }, false, "x86-16"],
  ["with interrupts on", {}, true, undefined],
  ["where the flags were not read", {}, undefined, undefined],
  ["in user mode", { cpl: 3n }, false, undefined],
  ["with single steps", { rfl: 0x102n }, false, undefined],
  ["with a breakpoint", { dr7: 0x401n }, false, undefined],
])("x86, %s", (_, values, interruptsEnabled, set) => {
  const given = cpu({ ...x86, ...values }, interruptsEnabled);
  expect(deafInstructionSet({ arch: "x86_64" }, given)).toBe(set);
});

test.each<[string, string, 1 | 2 | 3 | undefined, Values, string | undefined]>([
  ["EL1, which is the highest", "aarch64", 1, { pstate: 0x3c5n }, "aarch64"],
  ["EL1 below EL2", "aarch64", 2, { pstate: 0x3c5n }, undefined],
  ["EL2, which is the highest", "aarch64", 2, { pstate: 0x3c9n }, "aarch64"],
  ["EL2 where that is not known", "aarch64", undefined, { pstate: 0x3c9n }, undefined],
  ["EL3", "aarch64", undefined, { pstate: 0x3cdn }, "aarch64"],
  ["FIQs on", "aarch64", 1, { pstate: 0x385n }, undefined],
  ["IRQs on", "aarch64", 1, { pstate: 0x345n }, undefined],
  ["A32", "arm", 1, { psr: 0x1d3n }, "arm"],
  ["T32", "arm", 1, { psr: 0x1f3n }, "thumb"],
  ["A32 below another level", "arm", undefined, { psr: 0x1d3n }, undefined],
  ["a Cortex-M", "arm", undefined, { xpsr: 0x6100_0000n }, undefined],
  ["none enabled", "riscv64", undefined, { mie: 0n }, "riscv"],
  ["only such as a CPU asks for itself", "riscv32", undefined, { mie: 0xan }, "riscv"],
  ["the timer's enabled", "riscv64", undefined, { mie: 0x80n }, undefined],
  ["not shown", "riscv64", undefined, {}, undefined],
  ["IE off", "mips", undefined, { status: 0x0040_0000n }, "mips"],
  ["EXL", "mips64el", undefined, { status: 0x0040_0003n }, "mipsel"],
  ["IE on", "mips", undefined, { status: 0x0040_0001n }, undefined],
  ["EE off", "ppc64", undefined, { msr: 0x8000_0000_0000_0000n }, "ppc"],
  ["EE on", "ppc64", undefined, { msr: 0x8000_0000_0000_8000n }, undefined],
  ["one that is not known", "m68k", undefined, { sr: 0x2700n }, undefined],
])("%s: %s on %s", (_, arch, highestLevel, values, set) => {
  expect(deafInstructionSet({ arch, highestLevel }, cpu(values))).toBe(set);
});
