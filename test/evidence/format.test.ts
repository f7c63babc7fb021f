/** Evidence as a person reads it below an error. */
import { expect, test } from "vitest";
import { type Evidence, formatEvidence } from "../../harness/evidence/index.ts";

const evidence: Evidence = {
  machine: "paused after a triple fault at paging.c:41 in map_kernel (0x10002c)",
  serial: [
    { port: "serial0", lines: ["Booting kernel", "", "mapping 0x100000"] },
    { port: "serial1", lines: [] },
    { port: "debug-console", lines: ["only this"] },
  ],
  exit: { kind: "triple-fault", because: "the CPU log says so" },
  codeFrame: "  40 | void map_kernel(void) {\n> 41 |   *page = 0;\n  42 | }",
  reproduce: "qemu-system-x86_64 -machine pc -kernel 'my kernel.elf'",
  directory: ".bringup/run-1/boot.test.ts/boots-1",
};

test("evidence with everything", () => {
  expect(formatEvidence(evidence)).toMatchInlineSnapshot(`
    "
      machine: paused after a triple fault at paging.c:41 in map_kernel (0x10002c)

          40 | void map_kernel(void) {
        > 41 |   *page = 0;
          42 | }

      serial0, last 3 lines:
        | Booting kernel
        | 
        | mapping 0x100000

      serial1: printed nothing

      debug-console, last line:
        | only this

      evidence: .bringup/run-1/boot.test.ts/boots-1
      see it again: qemu-system-x86_64 -machine pc -kernel 'my kernel.elf'"
  `);
});

test("evidence with fatal output far above the last lines", () => {
  const lines = ["r14 0", "r15 0"];
  const fatal = { lines: ["panic: no init", "registers:"], leftOut: 13 };
  const cut = { lines: ["panic: no init"], leftOut: undefined };
  const serial = [
    { port: "serial0", lines, fatal },
    { port: "serial1", lines, fatal: cut },
  ];
  expect(formatEvidence({ ...evidence, serial })).toContain(`
  serial0, fatal output and last 2 lines:
    | panic: no init
    | registers:
    … 13 lines left out
    | r14 0
    | r15 0

  serial1, fatal output and last 2 lines:
    | panic: no init
    … more lines left out
    | r14 0
    | r15 0
`);
});

test("evidence with screens", () => {
  const screen = ["", "  Menu", "* boot from disk", "", ""];
  const serial = [
    { port: "serial0", lines: ["last"], screen },
    { port: "serial1", lines: ["last"], screen: ["", ""] },
  ];
  expect(formatEvidence({ ...evidence, serial })).toContain(`
  serial0, last line:
    | last

  serial0's terminal:
    +------------------+
    |                  |
    |   Menu           |
    | * boot from disk |
    +------------------+

  serial1, last line:
    | last

  serial1's terminal shows nothing
`);
});

test("evidence with as little as there can be", () => {
  const { codeFrame: _codeFrame, exit: _exit, ...least } = evidence;
  expect(formatEvidence({ ...least, serial: [] })).toMatchInlineSnapshot(`
    "
      machine: paused after a triple fault at paging.c:41 in map_kernel (0x10002c)

      evidence: .bringup/run-1/boot.test.ts/boots-1
      see it again: qemu-system-x86_64 -machine pc -kernel 'my kernel.elf'"
  `);
});
