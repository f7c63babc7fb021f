/** What a guest reports of its own death through devices, and what a watchdog does about it. */
import { describe, expect, test } from "vitest";
import { GuestError } from "../../harness/evidence/index.ts";
import { panicMessage } from "../../harness/machine/crash-report.ts";
import type { MachineSpec } from "../../harness/machine/index.ts";
import { startI6300esb, startIb700, writePvpanicPci } from "./alarm-guests.ts";
import { debugExit, pvhGuest } from "./exit-guests.ts";
import { boot, errorOf, soonMs, useKernels } from "./machines.ts";

useKernels();

const long = { timeoutMs: soonMs };
const pvpanicPort = 0x505;
const isa: MachineSpec = { qemuArguments: ["-device", "pvpanic"] };
const pci: MachineSpec = { machine: "pc", qemuArguments: ["-device", "pvpanic-pci,addr=6"] };

function outByte(port: number, value: number): string {
  return `  mov $${value}, %eax\n  mov $${port}, %edx\n  out %al, %dx`;
}

test("a panic is told as what reported it", () => {
  const numbers = { arg1: 4919, arg2: 2n ** 63n, arg3: 0, arg4: 1, arg5: 2 };
  expect(panicMessage(undefined)).toBe("reported through a pvpanic device");
  expect(panicMessage({ type: "hyper-v", ...numbers })).toBe(
    "reported to Hyper-V: 0x1337, 0x8000000000000000, 0x0, 0x1, 0x2",
  );
  expect(panicMessage({ type: "tdx" })).toBe("reported to QEMU (tdx)");
});

describe("pvpanic", () => {
  test.each([
    ["isa", outByte(pvpanicPort, 1), isa],
    ["pci", writePvpanicPci(6, 1), pci],
  ] as const)("a panic ends the machine: %s", async (_, deed, spec) => {
    const vm = await boot({ kernel: await pvhGuest("", deed), ...spec });
    expect(await vm.verdict.waitForPanic(() => true, long)).toMatchObject({
      kind: "panic",
      because: "QEMU said GUEST_PANICKED",
    });
    expect(vm.state).toBe("ended");
    await vm.verdict.checkAlive();
  });

  /** Reports a panic by a function that its caller ends with; another function follows. */
  const reportLast = (write: string) => `  call give_up
.type give_up, @function
give_up: nop
  ${write}
.type elsewhere, @function
elsewhere: hlt
  jmp elsewhere
.type report, @function
report:
${outByte(pvpanicPort, 1)}
  ret
`;

  test.each([
    ["a call, its last instruction", "call report"],
    ["an indirect call, its last instruction", "mov $report, %ebx\n  call *%ebx"],
  ])("a panic is in the function that reports it by %s", async (_, write) => {
    const vm = await boot({ kernel: await pvhGuest("", reportLast(write)), ...isa });
    const { at } = (await vm.verdict.waitForPanic(() => true, long)) ?? {};
    expect(at?.symbol).toMatch(/^give_up\b/);
  });

  /** Waits for a byte on the serial port, reports a loaded crash kernel, and goes on. */
  const crashing = (deed: string, rest: string) => `  mov $0x3fd, %edx
5: in %dx, %al
  test $1, %al
  jz 5b
${deed}
  mov $0x3f8, %edx
  mov $'K', %al
  out %al, %dx
${rest}`;

  test.each([
    ["isa", outByte(pvpanicPort, 2), isa],
    ["pci", writePvpanicPci(6, 2), pci],
  ] as const)("with a crash kernel the guest goes on, and has died: %s", async (_, deed, spec) => {
    const vm = await boot({ kernel: await pvhGuest("up\n", crashing(deed, "")), ...spec });
    await vm.serial.waitFor("up", long);
    const wait = errorOf(vm.serial.waitFor("login:", long), GuestError);
    await vm.serial.write("!");
    expect((await wait).message).toContain("the guest's crash kernel takes over");
    await vm.serial.waitFor("K", long);
    expect(vm.state).toBe("running");
    expect(vm.hasPanicked).toBe(true);
    const error = await errorOf(vm.verdict.checkAlive(), GuestError);
    expect(error.exit).toMatchObject({ kind: "panic", because: "QEMU said GUEST_CRASHLOADED" });
    await vm.verdict.waitForPanic(() => true, long);
    await vm.verdict.checkAlive();
  });

  test("and its later end is a panic, unless that was expected", async () => {
    const kernel = await pvhGuest("up\n", crashing(outByte(pvpanicPort, 2), debugExit(0)));
    const [expecting, other] = [await boot({ kernel, ...isa }), await boot({ kernel, ...isa })];
    const panicked = expecting.verdict.waitForPanic(() => true, long);
    for (const vm of [expecting, other]) await vm.serial.write("!");
    await panicked;
    expect((await expecting.exited).kind).toBe("debug-exit");
    expect((await other.exited).kind).toBe("panic");
  });
});

describe("a watchdog that runs out", () => {
  const ib700: MachineSpec = { clock: "virtual", machine: "pc" };
  const withAction = (action: string, device = "ib700"): MachineSpec => ({
    ...ib700,
    qemuArguments: ["-device", device, "-watchdog-action", action],
  });

  test.each([
    ["reset", "ib700", startIb700],
    ["pause", "ib700", startIb700],
    ["poweroff", "ib700", startIb700],
    ["reset", "i6300esb,addr=5", startI6300esb(5)],
  ])("with the action %s: %s", async (action, device, start) => {
    const vm = await boot({ kernel: await pvhGuest("up\n", start), ...withAction(action, device) });
    const exit = await vm.verdict.waitForEnd("to end", () => true, { ...long, clock: "host" });
    expect(exit).toMatchObject({ kind: "watchdog", action });
    expect(vm.qmp.events.map(({ event }) => event)).toContain("WATCHDOG");
  });

  test("fails the test, and satisfies no wait for a reset", async () => {
    const kernel = await pvhGuest("up\n", startIb700);
    const vm = await boot({ kernel, ...withAction("reset") });
    const error = await errorOf(vm.verdict.waitForReset({ ...long, clock: "host" }), GuestError);
    expect(error.message).toMatch(/^the watchdog ran out \(its action: reset\)/);
    await errorOf(vm.verdict.checkAlive(), GuestError);
  });

  test("resets a machine that goes on, which is no reset by the guest", async () => {
    // Memory survives a reset: only the first life starts the watchdog.
    const once = `  cmpl $1, 0x800000\n  je 9f\n  movl $1, 0x800000\n${startIb700}\n9:`;
    const kernel = await pvhGuest("up\n", once);
    const vm = await boot({ kernel, ...withAction("reset"), onReset: "continue" });
    for (const _ of [1, 2]) await vm.serial.waitFor("up", { ...long, clock: "host" });
    expect(vm.exit).toBeUndefined();
    const wait = vm.verdict.waitForReset({ timeoutMs: 300, clock: "host" });
    await expect(wait).rejects.toThrow("timed out after 300 ms");
  });
});
