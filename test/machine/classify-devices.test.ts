/** How ends by exit devices and watchdogs are classified, by QEMU old and new. */
import { expect, test } from "vitest";
import { classifyExit, type EndFacts } from "../../harness/machine/classify-exit.ts";
import { ended, nothing, panic, powerOff, reset } from "./end-facts.ts";

const table: readonly (readonly [name: string, facts: Partial<EndFacts>, exit: object])[] = [
  // Outcomes
  ...(
    [
      [1, "pass", "with exit code 1"],
      [3, "fail", "with exit code 3"],
      [77, "skip", "with exit code 77"],
      [255, "fail", "no list of exitOutcomes has this status, so it is a failure"],
    ] as const
  ).map(
    ([code, outcome, because]) =>
      [
        `kvm-unit-tests: exit code ${code} is a ${outcome}`,
        { ...ended(code), exitOutcomes: "kvm-unit-tests" },
        { kind: "debug-exit", outcome, because: expect.stringContaining(because) },
      ] as const,
  ),
  [
    "newer QEMU: an outcome, by a shutdown",
    { ...powerOff, ...ended(77), exitOutcomes: "kvm-unit-tests" },
    { kind: "debug-exit", status: 38, outcome: "skip" },
  ],
  // The finisher of RISC-V
  [
    "finisher: a power-off",
    { exitDevice: "finisher", ...ended(0) },
    { kind: "power-off", because: "QEMU ended without an event, with exit code 0" },
  ],
  [
    "finisher: a failure",
    { exitDevice: "finisher", ...ended(3) },
    { kind: "debug-exit", status: 3 },
  ],
  [
    "finisher: failure 1",
    { exitDevice: "finisher", ...ended(1) },
    { kind: "debug-exit", status: 1 },
  ],
  [
    "finisher: failure 1 after a complaint of QEMU",
    { exitDevice: "finisher", ...ended(1), stderr: "qemu-system-riscv64: no\n" },
    { kind: "debug-exit", status: 1 },
  ],
  [
    "newer QEMU: a failure by the finisher is called a panic",
    { exitDevice: "finisher", shutdownReason: "guest-panic", ...ended(7) },
    { kind: "debug-exit", status: 7 },
  ],
  [
    "newer QEMU: a power-off by the finisher",
    { exitDevice: "finisher", ...powerOff, ...ended(0) },
    { kind: "power-off" },
  ],
  // Semihosting ends QEMU at once; one that made a shutdown of it would be understood, too
  [
    "semihosting: a success",
    { exitDevice: "semihosting", ...ended(0) },
    { kind: "power-off", because: "QEMU ended without an event, with exit code 0" },
  ],
  ["semihosting: a code", { exitDevice: "semihosting", ...ended(9) }, { status: 9 }],
  [
    "a code by semihosting, as a shutdown",
    { exitDevice: "semihosting", ...powerOff, ...ended(9) },
    { kind: "debug-exit", status: 9 },
  ],
  [
    "a success by semihosting, as a shutdown",
    { exitDevice: "semihosting", ...powerOff, ...ended(0) },
    { kind: "power-off" },
  ],
  [
    "newer QEMU: a panic while semihosting is on is no exit by it",
    { exitDevice: "semihosting", shutdownReason: "guest-panic", ...ended(1) },
    { kind: "panic" },
  ],
  [
    "semihosting: a code of 1 after words of the guest",
    { exitDevice: "semihosting", ...ended(1), stderr: "assertion failed\n" },
    { kind: "debug-exit", status: 1 },
  ],
  [
    "semihosting: a code of 1 after words of the guest that look like QEMU's",
    { exitDevice: "semihosting", ...ended(1), stderr: "hello\nqemu-system-arm: no memory\n" },
    {
      kind: "debug-exit",
      status: 1,
      because: "QEMU ended without an event, with exit code 1",
    },
  ],
  [
    "semihosting: a crash, and words that may be either's",
    { exitDevice: "semihosting", child: { signal: "SIGABRT" }, stderr: "qemu-system-arm: hello\n" },
    {
      kind: "qemu-crash",
      message: "QEMU was ended by SIGABRT; standard error, where the guest writes too, has: hello",
    },
  ],
  // The finisher: newer QEMU tells a failure with the code 0 from a success
  [
    "newer QEMU: a failure without a code, by the finisher",
    { exitDevice: "finisher", shutdownReason: "guest-panic", ...ended(0) },
    { kind: "panic" },
  ],
  [
    "newer QEMU: an outcome by the finisher, which it calls a panic",
    {
      exitDevice: "finisher",
      shutdownReason: "guest-panic",
      ...ended(7),
      exitOutcomes: { skip: [7] },
    },
    { kind: "debug-exit", status: 7, outcome: "skip" },
  ],
  // Watchdogs
  ["a watchdog that resets", { ...reset, watchdogAction: "reset" }, { kind: "watchdog" }],
  [
    "a watchdog that pauses",
    { runState: "watchdog", watchdogAction: "pause" },
    { kind: "watchdog", action: "pause", because: "QEMU said WATCHDOG, with the action pause" },
  ],
  [
    "a watchdog that switches off",
    { ...ended(0), watchdogAction: "poweroff" },
    { kind: "watchdog", action: "poweroff" },
  ],
  [
    "a watchdog that presses the power button, and a guest that obeys",
    { ...powerOff, watchdogAction: "shutdown" },
    { kind: "power-off", because: expect.stringContaining("the watchdog had pressed") },
  ],
  ["a watchdog that does nothing", { ...reset, watchdogAction: "none" }, { kind: "reset" }],
  [
    "a watchdog after a panic",
    { ...reset, watchdogAction: "reset", fatalLine: panic },
    { kind: "panic", message: panic },
  ],
];

test.each(table)("%s", (_, facts, exit) => {
  expect(classifyExit({ ...nothing, ...facts })).toMatchObject(exit);
});
