/** Each way by which a guest ends the machine in good order, with a real guest. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { GuestError } from "../../harness/evidence/index.ts";
import {
  aarch64Guest,
  apmGuest,
  armSemihostingGuest,
  debugExit,
  finisherGuest,
  psci,
  pvhGuest,
  riscvSemihostingGuest,
  sbiGuest,
  semihostingExit,
  semihostingPrint,
} from "./exit-guests.ts";
import { boot, errorOf, soonMs, useKernels } from "./machines.ts";

useKernels("exit-code", "power-off");

const riscv = { firmware: "none" } as const;

describe("isa-debug-exit", () => {
  test("at QEMU's own port, with more bits than arrive", async () => {
    const kernel = await pvhGuest("", debugExit(0x10_0023, 0x501));
    const vm = await boot({ kernel, exitDevice: { port: 0x501 } });
    expect(await vm.exited).toMatchObject({ kind: "debug-exit", status: 0x23 });
  });

  test("the other port does nothing then", async () => {
    const kernel = await pvhGuest("", `${debugExit(1)}\n${debugExit(2, 0x501)}`);
    const vm = await boot({ kernel, exitDevice: { port: 0x501 } });
    expect(await vm.exited).toMatchObject({ status: 2 });
  });
});

describe("the finisher of RISC-V", () => {
  test.each([
    ["a pass", 0x5555, { kind: "power-off" }],
    ["a failure with a code", 0x3333 + (7 << 16), { kind: "debug-exit", status: 7 }],
    ["a reset", 0x7777, { kind: "reset" }],
  ])("%s", async (_, value, exit) => {
    const vm = await boot({ ...riscv, kernel: await finisherGuest("", value) });
    expect(await vm.exited).toMatchObject(exit);
  });
});

describe("semihosting", () => {
  test.each([
    ["SYS_EXIT", 0, { kind: "power-off" }],
    ["SYS_EXIT", 5, { kind: "debug-exit", status: 5 }],
    ["SYS_EXIT_EXTENDED", 9, { kind: "debug-exit", status: 9, outcome: "pass" }],
  ] as const)("AArch64: %s with %d", async (call, code, exit) => {
    const kernel = await aarch64Guest("", semihostingExit(code, call));
    const exitOutcomes = "outcome" in exit ? { pass: [9] } : undefined;
    const vm = await boot({ kernel, exitDevice: true, ...(exitOutcomes && { exitOutcomes }) });
    expect(await vm.exited).toMatchObject(exit);
  });

  test("32-bit Arm has a reason, and no code", async () => {
    const finished = await boot({ kernel: await armSemihostingGuest(0x20026), exitDevice: true });
    expect(await finished.exited).toMatchObject({ kind: "power-off" });
    const failed = await boot({ kernel: await armSemihostingGuest(0x20023), exitDevice: true });
    expect(await failed.exited).toMatchObject({ kind: "debug-exit", status: 1 });
  });

  test("RISC-V, where it is asked for", async () => {
    const kernel = await riscvSemihostingGuest(11);
    const vm = await boot({ ...riscv, kernel, exitDevice: "semihosting" });
    expect(await vm.exited).toMatchObject({ kind: "debug-exit", status: 11 });
  });

  test("has a console, which is judged, and the command line", async () => {
    const printLine = "  adr x1, line\n  mov w0, #0x15\n  hlt #0xf000";
    const print = "  adr x1, buffer\n  mov w0, #4\n  hlt #0xf000";
    const rest = `${printLine}\n${print}\n${semihostingExit(1, "SYS_EXIT")}`;
    const kernel = await aarch64Guest("", rest);
    const vm = await boot({ kernel, exitDevice: true, commandLine: "kernel BUG at fs/inode.c:12" });
    const error = await errorOf(
      vm.verdict.waitForEnd("to end well", () => false),
      GuestError,
    );
    expect(vm.semihosting?.text).toContain("kernel BUG at fs/inode.c:12");
    // An exit code of 1 is the guest's: what it prints is no word of QEMU.
    expect(error.exit?.kind).toBe("panic");
    expect(error.exit?.because).toContain("then: QEMU ended without an event, with exit code 1");
  });

  test("has a standard error, on which a guest may write what QEMU would", async () => {
    const text = "qemu-system-aarch64: could not lock\n";
    const rest = `${semihostingPrint(text, "append")}\n${semihostingExit(1, "SYS_EXIT")}`;
    const vm = await boot({ kernel: await aarch64Guest("", rest), exitDevice: true });
    expect(await vm.exited).toEqual({
      kind: "debug-exit",
      status: 1,
      because: "QEMU ended without an event, with exit code 1",
    });
    expect(readFileSync(join(vm.record().directory, "stderr.log"), "utf8")).toBe(text);
  });

  test("has a standard output, which is judged", async () => {
    const text = "Kernel panic: by the C library\n";
    const rest = `${semihostingPrint(text)}\n${semihostingExit(0, "SYS_EXIT")}`;
    const vm = await boot({ kernel: await aarch64Guest("", rest), exitDevice: true });
    expect(await vm.exited).toMatchObject({ kind: "panic", message: text.trim() });
    expect(vm.semihosting?.text).toBe(text);
  });
});

describe("PSCI", () => {
  test.each([
    ["SYSTEM_OFF", 0x8400_0008, "power-off"],
    ["SYSTEM_RESET", 0x8400_0009, "reset"],
  ])("%s", async (_, call, kind) => {
    const vm = await boot({ kernel: await aarch64Guest("going\n", psci(call)) });
    expect(await vm.exited).toMatchObject({ kind });
    expect(vm.serial.text).toBe("going\n");
  });
});

describe("SBI", () => {
  test.each([
    ["system reset: shutdown", 0x53525354, 0, "power-off"],
    ["system reset: cold reboot", 0x53525354, 1, "reset"],
    ["legacy shutdown", 8, 0, "power-off"],
  ])("%s", async (_, extension, argument, kind) => {
    const vm = await boot({ kernel: await sbiGuest("payload\n", extension, argument) });
    expect(await vm.verdict.waitForEnd("to end", () => true, { timeoutMs: soonMs })).toMatchObject({
      kind,
    });
    expect(vm.serial.text).toContain("payload\n");
  });
});

test.each(["pc", "q35", "microvm"])("ACPI: the registers of %s", async (machine) => {
  const vm = await boot("power-off", { machine });
  expect(await vm.exited).toMatchObject({ kind: "power-off", at: { symbol: "power_off" } });
});

describe("resets that the machine goes on after", () => {
  test.each([
    ["PSCI", () => aarch64Guest("up\n", psci(0x8400_0009)), {}],
    ["the finisher", () => finisherGuest("up\n", 0x7777), riscv],
  ])("by %s, followed one by one", async (_, kernel, spec) => {
    const vm = await boot({ kernel: await kernel(), ...spec, onReset: "continue" });
    for (const _ of Array(12)) await vm.verdict.waitForReset({ timeoutMs: soonMs });
    expect(vm.exit).toBeUndefined();
    expect(vm.serial.text).toContain("up\nup\n");
  });
});

test("APM: the BIOS switches off", async () => {
  const vm = await boot({ kernel: await apmGuest() });
  expect(await vm.exited).toMatchObject({ kind: "power-off" });
  expect(vm.serial.text).toBe("switching off by APM\n");
});

describe("a verdict that is only in the text", () => {
  const text = "Kernel panic - not syncing: no init\n";
  const guests: readonly [string, () => Promise<string>, object][] = [
    ["debug-exit 0", () => pvhGuest(text, debugExit(0)), {}],
    ["a pass by exitOutcomes", () => pvhGuest(text, debugExit(0)), { exitOutcomes: { pass: [0] } }],
    ["the finisher", () => finisherGuest(text, 0x5555), riscv],
    [
      "semihosting 0",
      () => aarch64Guest(text, semihostingExit(0, "SYS_EXIT")),
      { exitDevice: true },
    ],
    ["PSCI", () => aarch64Guest(text, psci(0x8400_0008)), {}],
  ];

  test.each(guests)("is not made a pass by %s", async (_, kernel, spec) => {
    const vm = await boot({ kernel: await kernel(), ...spec });
    const wait = vm.verdict.waitForEnd("to end well", ({ kind }) => kind !== "panic");
    expect((await errorOf(wait, GuestError)).exit).toMatchObject({ kind: "panic" });
    expect((await errorOf(vm.verdict.checkAlive(), GuestError)).exit?.kind).toBe("panic");
  });

  test("by the failOn of the user, too", async () => {
    const kernel = await pvhGuest("1 test FAILED\n", debugExit(0));
    const vm = await boot({ kernel, failOn: ["FAILED"] });
    const exit = { kind: "panic", message: "1 test FAILED" };
    await vm.exited;
    expect((await errorOf(vm.verdict.checkAlive(), GuestError)).exit).toMatchObject(exit);
  });
});

describe("outcomes", () => {
  const conventions = { pass: [0x10], fail: [0x11], skip: [0x12] };
  test.each([
    ["exit=16", conventions, "pass"],
    ["exit=17", conventions, "fail"],
    ["exit=18", conventions, "skip"],
    ["exit=19", conventions, "fail"],
    ["exit=38", "kvm-unit-tests", "skip"],
  ] as const)("%s by %o: %s", async (commandLine, exitOutcomes, outcome) => {
    const vm = await boot("exit-code", { commandLine, exitOutcomes });
    await vm.exited;
    if (outcome === "fail") {
      expect((await errorOf(vm.verdict.checkAlive(), GuestError)).exit).toMatchObject({ outcome });
    } else {
      await vm.verdict.checkAlive();
    }
    expect(vm.verdict.skipReason !== undefined).toBe(outcome === "skip");
    expect((await vm.exited).kind).toBe("debug-exit");
    // Whoever reads it has judged it.
    expect(vm.verdict.skipReason).toBeUndefined();
    await vm.verdict.checkAlive();
  });
});
