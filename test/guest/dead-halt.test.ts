import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CpuRegisters, findDeadHalt, parseRegisters } from "../../harness/guest/index.ts";
import { registersOf } from "../../harness/machine/board.ts";

function judgeRecorded(arch: string, name: string) {
  const text = readFileSync(join(import.meta.dirname, "recorded", `${name}.txt`), "utf8");
  return findDeadHalt(registersOf(arch), parseRegisters(registersOf(arch), text));
}

describe("x86, as QEMU 7.2 shows it", () => {
  test.each(["tcg", "kvm"])("a CPU that was never started does not count (%s)", (accelerator) => {
    expect(judgeRecorded("x86_64", `x86_64-microvm-${accelerator}-pvh-dead`)).toEqual({
      dead: true,
      idle: false,
      because: "CPU 0 is halted with interrupts off at 0x100002; 1 more never started",
      cpu: 0,
    });
  });

  test.each(["tcg", "kvm"])(
    "one that SeaBIOS started and parked does count (%s)",
    (accelerator) => {
      expect(judgeRecorded("x86_64", `x86_64-pc-${accelerator}-pvh-dead`)).toEqual({
        dead: true,
        idle: false,
        because: "both started CPUs are halted with interrupts off, CPU 0 at 0x100002",
        cpu: 0,
      });
    },
  );

  test("a boot sector in real mode", () => {
    expect(judgeRecorded("i386", "i386-pc-tcg-boot-sector-dead")).toMatchObject({ dead: true });
  });

  test("firmware that waits with interrupts on is idle, its parked CPU changes nothing", () => {
    expect(judgeRecorded("x86_64", "x86_64-pc-tcg-seabios-no-disk")).toEqual({
      dead: false,
      idle: true,
      because: "CPU 0 is halted with interrupts on at 0xfb7b9",
      cpu: 0,
    });
  });

  test("one running CPU is enough to live", () => {
    expect(judgeRecorded("x86_64", "x86_64-q35-tcg-uefi")).toEqual({
      dead: false,
      idle: false,
      because: "CPU 0 is not halted at 0xf049369",
      cpu: 0,
    });
  });
});

describe("x86, all combinations", () => {
  const flag = fc.constantFrom(true, false, undefined);
  const registers = fc.array(fc.record({ halted: flag, interruptsEnabled: flag, started: flag }), {
    maxLength: 5,
  });
  const build = (
    parts: readonly Pick<CpuRegisters, "halted" | "interruptsEnabled" | "started">[],
  ) => parts.map((part, cpu) => ({ cpu, instructionPointer: 0x1000n, values: new Map(), ...part }));

  test("dead is claimed exactly where every started CPU is halted with interrupts off", () => {
    fc.assert(
      fc.property(registers, (parts) => {
        const started = parts.filter((part) => part.started !== false);
        const expected =
          started.length > 0 &&
          started.every((part) => part.halted === true && part.interruptsEnabled === false);
        const judgement = findDeadHalt("x86", build(parts));
        expect(judgement.dead).toBe(expected);
        expect(judgement.dead && judgement.idle).toBe(false);
        expect(judgement.because).not.toBe("");
      }),
    );
  });

  test("three CPUs are counted, and one that does not tell is not judged", () => {
    const dead = { halted: true, interruptsEnabled: false, started: true };
    expect(findDeadHalt("x86", build([dead, dead, dead])).because).toBe(
      "all 3 started CPUs are halted with interrupts off, CPU 0 at 0x1000",
    );
    const silent = { ...dead, halted: undefined };
    expect(findDeadHalt("x86", build([dead, silent]))).toMatchObject({
      dead: false,
      idle: undefined,
    });
  });

  test("no registers, and nothing started", () => {
    expect(findDeadHalt("x86", []).because).toBe("no registers could be read");
    const parked = { halted: true, interruptsEnabled: false, started: false };
    expect(findDeadHalt("x86", build([parked])).because).toBe("no CPU has been started");
  });
});

test.each(["aarch64", "arm", "riscv64", "riscv32"])("%s is never called dead", (arch) => {
  expect(judgeRecorded(arch, `${arch}-virt-tcg-wfi`)).toEqual({
    dead: false,
    idle: undefined,
    because: "QEMU does not show whether a CPU is halted on this architecture",
    cpu: 0,
  });
});
