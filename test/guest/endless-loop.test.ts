import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isEndlessLoop } from "../../harness/guest/index.ts";
import type { InstructionSet } from "../../harness/guest/plain-instructions.ts";

/** As an assembler writes them; the program counter is at the first byte unless `at` says. */
type Row = readonly [words: string, set: InstructionSet, hex: string, at?: number];

const endless: readonly Row[] = [
  ["jmp .", "x86-64", "ebfe"],
  ["jmp . in real mode", "x86-16", "ebfe"],
  ["jmp . of 5 bytes", "x86-32", "e9fbffffff"],
  ["jmp . of 3 bytes, in real mode", "x86-16", "e9fdff"],
  ["pause; jmp", "x86-64", "f390ebfc"],
  ["cli; jmp", "x86-32", "faebfd"],
  ["nop; jmp, seen at the jump", "x86-64", "90ebfd", 1],
  ["two jumps, as compilers without optimisation write it", "x86-64", "eb00ebfc"],
  ["nopw cs:[rax+rax]; jmp", "x86-64", "662e0f1f840000000000ebf4"],
  ["mfence; lfence; jmp", "x86-64", "0faef00faee8ebf8"],
  ["inc rax; xor edx,edx; mov ecx,7; add ecx,1; jmp", "x86-64", "48ffc031d2b90700000083c101ebf1"],
  ["inc eax; jmp", "x86-32", "40ebfd"],
  ["mov rax, imm64; jmp", "x86-64", "48b80102030405060708ebf4"],
  ["b .", "aarch64", "00000014"],
  ["nop; wfe; msr daifset,#15; b", "aarch64", "1f2003d55f2003d5df4f03d5fdffff17"],
  ["dsb sy; isb; b", "aarch64", "9f3f03d5df3f03d5feffff17"],
  ["b .", "arm", "feffffea"],
  ["cpsid if; wfe; b", "arm", "c0000cf102f020e3fcffffea"],
  ["b .", "thumb", "fee7"],
  ["wfe; b", "thumb", "20bffde7"],
  ["b.w .", "thumb", "fff7febf"],
  ["j .", "riscv", "6f000000"],
  ["c.j .", "riscv", "01a0"],
  ["nop; c.nop; pause; j", "riscv", "1300000001000f0000016ff07fff"],
  ["b .; nop", "mips", "1000ffff00000000"],
  ["b .; nop", "mipsel", "ffff001000000000"],
  ["j to itself, at 0x1000; nop", "mips", "0800040000000000"],
  ["b .", "ppc", "48000000"],
  ["or 31,31,31; nop; b", "ppc", "7ffffb78600000004bfffff8"],
];

const alive: readonly Row[] = [
  ["hlt; jmp: it was woken", "x86-64", "f4ebfd"],
  ["sti; jmp", "x86-64", "fbebfd"],
  ["cmp [rax],0; jmp", "x86-64", "833800ebfb"],
  ["mov eax,[rbx]; jmp", "x86-64", "8b03ebfc"],
  ["in al,dx; jmp", "x86-64", "ecebfd"],
  ["rdtsc; jmp", "x86-64", "0f31ebfc"],
  ["a countdown: dec ecx; jnz", "x86-32", "4975fd"],
  ["loop .", "x86-32", "e2fe"],
  ["a jump that goes on: jmp +0; ret", "x86-64", "eb00c3"],
  ["out al,dx; jmp", "x86-64", "eeebfd"],
  ["a call of itself", "x86-64", "e8fbffffff"],
  ["int3", "x86-64", "ccebfd"],
  ["ud2", "x86-64", "0f0bebfc"],
  ["div; jmp", "x86-32", "f7f1ebfc"],
  ["cut off", "x86-64", "e9fbff"],
  ["nothing", "x86-64", ""],
  ["wfi; b", "aarch64", "7f2003d5ffffff17"],
  ["ldr; b", "aarch64", "000040b9ffffff17"],
  ["b.ne .", "aarch64", "01000054"],
  ["bl .", "aarch64", "00000094"],
  ["msr daifclr", "aarch64", "ff4203d5ffffff17"],
  ["wfi; b", "arm", "03f020e3fdffffea"],
  ["bne .", "arm", "feffff1a"],
  ["wfi; b", "thumb", "30bffde7"],
  ["bl .", "thumb", "fff7feff"],
  ["wfi; j", "riscv", "730050106ff0dfff"],
  ["jal ra, .", "riscv", "ef000000"],
  ["beqz zero", "riscv", "63000000"],
  ["csrr; j", "riscv", "f32700346ff0dfff"],
  ["b .; lw in the delay slot", "mips", "1000ffff8c820000"],
  ["wait; b", "mips", "420000201000fffe00000000"],
  ["bl .", "ppc", "48000001"],
];

const start = 0x1000n;
const judge = ([, set, hex, at = 0]: Row) =>
  isEndlessLoop(set, { start, bytes: Buffer.from(hex, "hex") }, start + BigInt(at));

describe("endless", () => {
  for (const row of endless) {
    test(`${row[0]} (${row[1]})`, () => expect(judge(row)).toBe(true));
  }
});

describe("not provably endless", () => {
  for (const row of alive) {
    test(`${row[0]} (${row[1]})`, () => expect(judge(row)).toBe(false));
  }
});

test("any bytes of any processor are read without an error", () => {
  const sets = [...new Set(endless.map(([, set]) => set))];
  const bytes = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(fc.constantFrom(...sets), bytes, fc.nat(45), (set, code, at) => {
      isEndlessLoop(set, { start, bytes: code }, start - 2n + BigInt(at));
    }),
    { numRuns: 2000 },
  );
});
