/** Endings: how they read, which are deaths, and that they survive JSON. */
import { describe, expect, test } from "vitest";
import {
  type DeadHalt,
  describeExit,
  describeLocation,
  type GuestLocation,
  isDeath,
  type MachineExit,
  type MachineExitKind,
} from "../../harness/evidence/index.ts";

const because = "a reason";
const at: GuestLocation = {
  cpu: 0,
  instructionPointer: "0x10002c",
  symbol: "map_kernel",
  file: "paging.c",
  line: 41,
};

/** One of every kind; the compiler sees to it that none is missing. */
const kinds: { [Kind in MachineExitKind]: MachineExit & { kind: Kind } } = {
  "debug-exit": { kind: "debug-exit", status: 33, because, at },
  "power-off": { kind: "power-off", because },
  reset: { kind: "reset", because, at },
  "reset-loop": { kind: "reset-loop", resets: 5, because },
  "triple-fault": { kind: "triple-fault", because, at },
  lockup: { kind: "lockup", because, at },
  panic: { kind: "panic", message: "no init found", because, at },
  "efi-return": { kind: "efi-return", status: "EFI_NOT_FOUND", because },
  watchdog: { kind: "watchdog", action: "reset", because, at },
  "internal-error": { kind: "internal-error", message: "emulation failure", because },
  "qemu-crash": { kind: "qemu-crash", signal: "SIGSEGV", message: "SIGSEGV", because },
  killed: { kind: "killed", by: "kill()", because },
};
const deadHalt: DeadHalt = { kind: "dead-halt", because, at };

test("each kind of ending reads as one line", () => {
  const all = [...Object.values(kinds), deadHalt].map((exit) => describeExit(exit));
  expect(all.join("\n")).toMatchInlineSnapshot(`
    "debug-exit with status 33 at paging.c:41 in map_kernel (0x10002c)
    power-off
    reset at paging.c:41 in map_kernel (0x10002c)
    reset loop (5 resets, each with the same output)
    triple fault at paging.c:41 in map_kernel (0x10002c)
    lockup: a fault while handling a HardFault at paging.c:41 in map_kernel (0x10002c)
    panic: no init found at paging.c:41 in map_kernel (0x10002c)
    the EFI application returned EFI_NOT_FOUND to the firmware
    the watchdog ran out (its action: reset) at paging.c:41 in map_kernel (0x10002c)
    internal error of the virtual machine: emulation failure
    QEMU itself died: SIGSEGV
    killed by kill()
    dead halt: every started CPU is halted with interrupts off at paging.c:41 in map_kernel (0x10002c)"
  `);
});

test.each([
  ["pass", "debug-exit with status 33, a pass"],
  ["fail", "debug-exit with status 33, a failure"],
  ["skip", "debug-exit with status 33, a skip"],
] as const)("the outcome %s is said", (outcome, words) => {
  expect(describeExit({ kind: "debug-exit", status: 33, outcome, because })).toBe(words);
});

test.each(["panic", "internal-error", "qemu-crash"] as const)(
  "%s is one line, however many its message has",
  (kind) => {
    const message = "\nfirst\r\n   second\n\nthird\n";
    expect(describeExit({ ...kinds[kind], message })).toContain(": first; second; third");
  },
);

describe("a place in the guest", () => {
  const { cpu, instructionPointer, symbol, file, line } = at as Required<GuestLocation>;
  test.each<[GuestLocation, string]>([
    [at, "paging.c:41 in map_kernel (0x10002c)"],
    [{ cpu, instructionPointer, file, line }, "paging.c:41 (0x10002c)"],
    [{ cpu, instructionPointer, symbol }, "0x10002c in map_kernel"],
    [{ cpu, instructionPointer, symbol, file }, "0x10002c in map_kernel"],
    [{ cpu, instructionPointer, symbol, line }, "0x10002c in map_kernel"],
    [{ cpu, instructionPointer }, "0x10002c"],
  ])("%o reads %s", (location, words) => {
    expect(describeLocation(location)).toBe(words);
  });
});

describe("is a death", () => {
  test.each<[MachineExit, boolean]>([
    [kinds["debug-exit"], false],
    [{ ...kinds["debug-exit"], status: 0 }, false],
    [{ ...kinds["debug-exit"], outcome: "pass" }, false],
    [{ ...kinds["debug-exit"], outcome: "skip" }, false],
    [{ ...kinds["debug-exit"], outcome: "fail" }, true],
    [kinds["power-off"], false],
    [kinds.reset, true],
    [kinds["reset-loop"], true],
    [kinds["triple-fault"], true],
    [kinds.panic, true],
    [kinds["efi-return"], true],
    [{ ...kinds["efi-return"], status: "EFI_SUCCESS" }, false],
    [{ ...kinds["efi-return"], status: "a warning" }, true],
    [kinds.watchdog, true],
    [kinds["internal-error"], true],
    [kinds["qemu-crash"], true],
    [{ ...kinds.killed, by: "kill()" }, false],
    [{ ...kinds.killed, by: "dispose" }, false],
    [{ ...kinds.killed, by: "SIGTERM from outside" }, true],
  ])("%o: %s", (exit, expected) => {
    expect(isDeath(exit)).toBe(expected);
  });
});

test.each([...Object.values(kinds), deadHalt])("$kind survives JSON", (exit) => {
  expect(JSON.parse(JSON.stringify(exit))).toEqual(exit);
});
