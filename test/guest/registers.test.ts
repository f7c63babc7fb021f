import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CpuRegisters, parseRegisters } from "../../harness/guest/index.ts";
import { registersOf } from "../../harness/machine/board.ts";
import { runQemu } from "./clang.ts";

function recorded(name: string): string {
  return readFileSync(join(import.meta.dirname, "recorded", `${name}.txt`), "utf8");
}

function summary(cpus: readonly CpuRegisters[]): unknown[] {
  return cpus.map((cpu) => [
    cpu.cpu,
    `0x${cpu.instructionPointer?.toString(16)}`,
    cpu.halted,
    cpu.interruptsEnabled,
    cpu.started,
  ]);
}

describe("recorded from QEMU 7.2", () => {
  test.each([
    [
      "x86_64-microvm-tcg-pvh-dead",
      [
        [0, "0x100002", true, false, true],
        [1, "0xfffffff0", true, false, false],
      ],
    ],
    [
      "x86_64-microvm-kvm-pvh-dead",
      [
        [0, "0x100002", true, false, true],
        [1, "0xfffffff0", false, false, false],
      ],
    ],
    [
      "x86_64-pc-tcg-pvh-dead",
      [
        [0, "0x100002", true, false, true],
        [1, "0xfd09a", true, false, true],
      ],
    ],
    [
      "x86_64-pc-kvm-pvh-dead",
      [
        [0, "0x100002", true, false, true],
        [1, "0xfd09a", true, false, true],
      ],
    ],
    [
      "x86_64-pc-tcg-seabios-no-disk",
      [
        [0, "0xfb7b9", true, true, true],
        [1, "0xfd09a", true, false, true],
      ],
    ],
    [
      "x86_64-q35-tcg-uefi",
      [
        [0, "0xf049369", false, true, true],
        [1, "0xf02fdc1", true, false, true],
      ],
    ],
    ["i386-pc-tcg-boot-sector-dead", [[0, "0x7c02", true, false, true]]],
    [
      "aarch64-virt-tcg-wfi",
      [
        [0, "0x40100008", undefined, false, undefined],
        [1, "0x40100000", undefined, false, undefined],
      ],
    ],
    [
      "arm-virt-tcg-wfi",
      [
        [0, "0x40100008", undefined, false, undefined],
        [1, "0x40100000", undefined, false, undefined],
      ],
    ],
    [
      "riscv64-virt-tcg-wfi",
      [
        [0, "0x80000008", undefined, undefined, undefined],
        [1, "0x80000008", undefined, undefined, undefined],
      ],
    ],
    [
      "riscv32-virt-tcg-wfi",
      [
        [0, "0x80000008", undefined, undefined, undefined],
        [1, "0x80000008", undefined, undefined, undefined],
      ],
    ],
  ])("%s", (name, expected) => {
    const [arch = ""] = name.split(/-(?!64)/);
    expect(summary(parseRegisters(registersOf(arch), recorded(name)))).toEqual(expected);
  });

  test.each([
    ["alpha", 0xfffffc0000003cf8n],
    ["avr", 0x184c4n],
    ["loongarch64", 0n],
    ["m68k", 0x75ffcn],
    ["microblaze", 0x3b774n],
    ["nios2", 0xc0000000n],
    ["or1k", 0x102000n],
    ["sh4", 0xa0000000n],
    ["tricore", 0x1c4f2n],
    ["xtensa", 0xd00003c0n],
  ])("the program counter of %s", (arch, expected) => {
    const [cpu] = parseRegisters(registersOf(arch), recorded(arch));
    expect(cpu?.instructionPointer).toBe(expected);
    expect(cpu?.halted).toBeUndefined();
  });

  test("values by name: general, control, segments, descriptor tables, vectors", () => {
    const [cpu] = parseRegisters("x86", recorded("x86_64-q35-tcg-uefi"));
    const values = Object.fromEntries(cpu?.values ?? []);
    expect(values).toMatchObject({
      rax: 0x1049b15n,
      r8: 0xe34b000n,
      r15: 0xfeea7f8n,
      rfl: 0x202n,
      cr0: 0x80010033n,
      cr3: 0xf801000n,
      dr7: 0x400n,
      efer: 0xd00n,
      cs: 0x38n,
      "cs.base": 0n,
      "cs.limit": 0xffffffffn,
      "gdt.base": 0xf5dc000n,
      "idt.limit": 0xfffn,
      tr: 0n,
      xmm15: 0n,
    });
    const [hart] = parseRegisters("riscv", recorded("riscv64-virt-tcg-wfi"));
    expect(hart?.values.get("mstatus")).toBe(0xa00000000n);
    expect(hart?.values.get("t0")).toBe(0x80000000n);
    expect(hart?.values.get("x5")).toBe(0x80000000n);
    const [core] = parseRegisters("arm", recorded("aarch64-virt-tcg-wfi"));
    expect(core?.values.get("pstate")).toBe(0x400003c5n);
    expect(core?.values.get("x30")).toBe(0n);
  });
});

describe("formats that were not recorded", () => {
  test("PowerPC and s390x name the program counter differently", () => {
    const power = parseRegisters(
      "program counter",
      "NIP 00000000000001c0   LR 0000000000000000 CTR 00\n",
    );
    expect(power[0]?.instructionPointer).toBe(0x1c0n);
    const system = parseRegisters(
      "program counter",
      "PSW=mask 0000000180000000 addr 000000000001f0a0 cc 00\n",
    );
    expect(system[0]?.instructionPointer).toBe(0x1f0a0n);
  });

  test("wide vector registers are one number", () => {
    const text = "PC=0000000040100008 Q00=0000000000000001:0000000000000002\nPSTATE=00000005\n";
    const [cpu] = parseRegisters("arm", text);
    expect(cpu?.values.get("q00")).toBe((1n << 64n) + 2n);
    expect(cpu?.interruptsEnabled).toBe(true);
    const [intel] = parseRegisters("x86", "XMM07=0000000000000003 0000000000000004\n");
    expect(intel?.values.get("xmm07")).toBe((3n << 64n) + 4n);
  });

  test("a text without a CPU header is CPU 0, and one without registers is nothing", () => {
    expect(parseRegisters("riscv", " pc       0000000080000000\n")[0]?.cpu).toBe(0);
    expect(parseRegisters("x86", "unknown command: 'info'\r\n")).toEqual([]);
    expect(parseRegisters("x86", "")).toEqual([]);
  });
});

describe("properties", () => {
  const hexadecimal = (value: bigint, digits: number) => value.toString(16).padStart(digits, "0");
  const word = fc.bigInt({ min: 0n, max: 2n ** 32n - 1n });

  test("what x86 prints comes back, in real mode as a linear address", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, word, word, fc.boolean()), { minLength: 1, maxLength: 9 }),
        (cpus) => {
          const text = cpus
            .map(
              ([ip, base, flags, halted], index) =>
                `\r\nCPU#${index}\r\nEIP=${hexadecimal(ip, 8)} EFL=${hexadecimal(flags, 8)} ` +
                `[-------] CPL=0 II=0 A20=1 SMM=0 HLT=${halted ? 1 : 0}\r\n` +
                `CS =0000 ${hexadecimal(base, 8)} 0000ffff 00009b00\r\n`,
            )
            .join("");
          const parsed = parseRegisters("x86", text);
          expect(
            parsed.map((cpu) => [cpu.instructionPointer, cpu.halted, cpu.interruptsEnabled]),
          ).toEqual(
            cpus.map(([ip, base, flags, halted]) => [
              (ip + base) % 2n ** 32n,
              halted,
              (flags & 0x200n) !== 0n,
            ]),
          );
        },
      ),
    );
  });

  test("no text makes it throw", () => {
    const piece = fc.constantFrom(
      "CPU#0\n",
      "PC=",
      "RIP=",
      "CS =",
      "pc ",
      "0f00ba4",
      " ",
      "\n",
      "=",
      "x1/ra ",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(
        fc.constantFrom("x86_64", "aarch64", "riscv32", "m68k", "nonsense"),
        text,
        (arch, input) => {
          for (const cpu of parseRegisters(registersOf(arch), input))
            expect(cpu.cpu).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

test.each([
  ["x86_64", ["-machine", "microvm"], 0xfffffff0n],
  ["aarch64", ["-machine", "virt", "-cpu", "cortex-a57"], 0n],
  ["riscv64", ["-machine", "virt"], 0x1000n],
])("the QEMU of this host, %s at its first instruction", async (arch, options, expected) => {
  const monitor = ["-S", "-accel", "tcg", "-smp", "2", "-monitor", "stdio"];
  const { stdout } = await runQemu(arch, [...options, ...monitor], "info registers -a\nquit\n");
  const cpus = parseRegisters(registersOf(arch), stdout);
  expect(cpus.map((cpu) => cpu.instructionPointer)).toEqual([expected, expected]);
});
