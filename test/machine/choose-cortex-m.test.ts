/** The board of a program for a Cortex-M: by what its compiler says, and by where it lies. */
import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { chooseBoard } from "../../harness/machine/choose-board.ts";
import { detectImage } from "../../harness/machine/image.ts";
import type { MachineSpec } from "../../harness/machine/spec.ts";
import { buildElf } from "../guest/clang.ts";
import { boot } from "./machines.ts";

interface Program {
  readonly cpu: string;
  readonly at?: string;
  readonly ram?: string;
  readonly options?: readonly string[];
  readonly body?: string;
}

/** A program that says "hi" by semihosting, after an instruction of its own. */
async function program({
  cpu,
  at = "0x0",
  ram = "0x20002000",
  options = [],
  body = "nop",
}: Program) {
  const source = `.syntax unified
        .thumb
        .section .vectors, "a"
        .word ${ram}, start
        .text
        .thumb_func
        .globl start
start:  ldr r0, =0xe000ed88
        ldr r1, =0x00f00000
        str r1, [r0]
        dsb
        isb
        ${body}
        movs r0, #4
        ldr r1, =text
        bkpt 0xab
        movs r0, #0x18
        ldr r1, =0x20026
        bkpt 0xab
1:      b 1b
text:   .asciz "hi\\n"`;
  return await buildElf({
    target: "armv7m-none-eabi",
    file: "program.S",
    source,
    compile: [`-mcpu=${cpu}`, ...options],
    script: `ENTRY(start)
      SECTIONS { . = ${at}; .text : { *(.vectors) *(.text) } }`,
    link: ["-n"],
  });
}

async function board(given: Program, spec: MachineSpec = {}): Promise<string> {
  const image = await detectImage(await program(given));
  try {
    return chooseBoard(spec, image).machineType;
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return (error as SpecError).message.replaceAll(image.path, "PATH");
  }
}

const single = { options: ["-mfloat-abi=hard"], body: "vadd.f32 s0, s0, s1" };

describe("without a machine", () => {
  test.each<[string, Program, string]>([
    ["M0", { cpu: "cortex-m0" }, "microbit"],
    [
      "M0 with more memory than its board has",
      { cpu: "cortex-m0", ram: "0x20010000" },
      "mps2-an385",
    ],
    ["M3", { cpu: "cortex-m3" }, "mps2-an385"],
    ["M3 in an STM32", { cpu: "cortex-m3", at: "0x08000000" }, "netduino2"],
    ["M4 without floating point", { cpu: "cortex-m4+nofp" }, "mps2-an386"],
    ["M4F", { cpu: "cortex-m4", ...single }, "mps2-an386"],
    ["M4F in an STM32", { cpu: "cortex-m4", at: "0x08000000", ...single }, "netduinoplus2"],
    ["M7", { cpu: "cortex-m7" }, "mps2-an500"],
    [
      "M23 in the secure world",
      { cpu: "cortex-m23", at: "0x10000000", ram: "0x30001000" },
      "mps2-an505",
    ],
    [
      "M33 in the secure world",
      { cpu: "cortex-m33", at: "0x10000000", ram: "0x38001000" },
      "mps2-an505",
    ],
    [
      "M33 with more RAM than that board has there",
      { cpu: "cortex-m33", at: "0x10000000", ram: "0x30010000" },
      "mps2-an521",
    ],
    ["M33 at 0, where those boards fault", { cpu: "cortex-m33" }, "mps3-an547"],
    ["M55", { cpu: "cortex-m55" }, "mps3-an547"],
  ])("%s", async (_name, given, expected) => {
    expect(await board(given)).toBe(expected);
  });

  test("what no board starts says what was read, and which boards there are", async () => {
    expect(await board({ cpu: "cortex-m7", at: "0x08000000" })).toBe(
      "machine: is missing: PATH is for a Cortex-M7 with segments at 0x8000000, its stack at " +
        "0x20002000, and no board starts that; QEMU has mps2-an500 (vector table at 0x0), " +
        "mps2-an505 (vector table at 0x10000000), mps2-an521 (vector table at 0x10000000), " +
        "mps3-an547 (vector table at 0x0 or 0x10000000); link it for one of them, or name another " +
        "as machine",
    );
    expect(await board({ cpu: "cortex-m3", at: "0x4000" })).toMatch(
      "is for a Cortex-M3 with segments at 0x4000",
    );
  });
});

test("a board that cannot execute it is refused, but not with a CPU of its own choice", async () => {
  expect(await board({ cpu: "cortex-m4", ...single }, { machine: "mps2-an385" })).toBe(
    'machine: got "mps2-an385", which has a Cortex-M3, but PATH was built for a Cortex-M4 with ' +
      "floating point; QEMU has mps2-an386, netduinoplus2, mps2-an500, mps3-an547, or name a cpu " +
      "if the board shall have another",
  );
  expect(await board({ cpu: "cortex-m33" }, { machine: "lm3s6965evb" })).toMatch(
    'got "lm3s6965evb", which has a Cortex-M3, but PATH was built for a Cortex-M33',
  );
  const spec = { machine: "mps2-an385", cpu: "cortex-m4" };
  expect(await board({ cpu: "cortex-m4", ...single }, spec)).toBe("mps2-an385");
  expect(await board({ cpu: "cortex-m0" }, { machine: "mps2-an386" })).toBe("mps2-an386");
  // A board that the table does not have may have any CPU.
  expect(await board({ cpu: "cortex-m33" }, { machine: "musca-b1" })).toBe("musca-b1");
});

describe("the chosen boards start such programs", () => {
  const programs: readonly Program[] = [
    { cpu: "cortex-m4", ...single },
    { cpu: "cortex-m4", at: "0x08000000", ...single },
    { cpu: "cortex-m7", options: ["-mfloat-abi=hard"], body: "vadd.f64 d0, d0, d1" },
    { cpu: "cortex-m33", at: "0x10000000", ram: "0x38001000", ...single },
    { cpu: "cortex-m33", at: "0x10000000", ram: "0x30010000" },
    { cpu: "cortex-m33", ...single },
    { cpu: "cortex-m55" },
  ];
  test.each(programs.map(({ at = "0x0", cpu }, index) => [cpu, at, index] as const))(
    "%s at %s",
    async (_cpu, _at, index) => {
      const kernel = await program(programs[index] as Program);
      const vm = await boot({ kernel, exitDevice: true });
      expect((await vm.exited).kind).toBe("power-off");
      expect(vm.serialPort("semihosting").text).toContain("hi\n");
    },
  );
});
