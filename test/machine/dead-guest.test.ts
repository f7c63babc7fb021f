/** A guest that is provably dead fails whatever waits on it, at once, and stays examinable. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { GuestError } from "../../harness/evidence/index.ts";
import type { Machine } from "../../harness/machine/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { boot, errorOf, soonMs, temporaryDirectory, useKernels } from "./machines.ts";

useKernels("dead-halt", "hello", "panic", "triple-fault", "reset");

/** A limit that no wait here may reach: what fails, fails because the guest is dead. */
const longMs = 10 * soonMs;
const long = { timeoutMs: longMs };

const waits: readonly (readonly [string, (vm: Machine) => Promise<unknown>])[] = [
  ["serial", (vm) => vm.serial.waitFor("what never comes", long)],
  ["exited", (vm) => vm.exited],
  ["waitForEnd", (vm) => vm.verdict.waitForEnd("to end", () => true, long)],
  ["waitForPanic", (vm) => vm.verdict.waitForPanic(() => true, long)],
  ["waitForReset", (vm) => vm.verdict.waitForReset(long)],
  ["QMP event", (vm) => vm.qmp.waitForEvent("DEVICE_DELETED", long)],
];

test("without line information, the failure says what is missing", async () => {
  const kernel = join(temporaryDirectory(), "kernel.elf");
  await execa("llvm-strip", ["--strip-debug", "-o", kernel, kernelPath("triple-fault")]);
  const vm = await boot({ kernel });
  const error = await errorOf(vm.serial.waitFor("ready", long), GuestError);
  expect(error.message).toMatch(
    /^triple fault at 0x[0-9a-f]+ in \w+: #PF writing 0x60000000, no handler\n/,
  );
  expect(error.message).toContain(
    "\n  place: kernel.elf has no line information here: compile with -g\n",
  );
});

test("without any symbols, as on a disk, the failure asks for them", async () => {
  const kernel = join(temporaryDirectory(), "disk.img");
  // An interrupt table without entries (lidt at 0x7c10), and an interrupt.
  const sector = Buffer.alloc(512);
  Buffer.from("fa31c08ed80f011e107ccc", "hex").copy(sector);
  Buffer.from("55aa", "hex").copy(sector, 510);
  await writeFile(kernel, sector);
  const vm = await boot({ kernel });
  const error = await errorOf(vm.serial.waitFor("ready", long), GuestError);
  expect(error.message).toContain("\n  place: no symbols are known of this guest: give its kernel");
});

test("where something like it was printed before the end, the failure says so", async () => {
  const vm = await boot("hello");
  const error = await errorOf(vm.serial.waitFor("Hallo from x86_64", long), GuestError);
  expect(error.message).toMatch(/\n {2}nearest line: "Hello from x86_64[^"]*"\n/);
});

describe("halted for good", () => {
  test.each(waits)("%s", async (_, wait) => {
    const vm = await boot("dead-halt");
    const startMs = performance.now();
    const error = await errorOf(wait(vm), GuestError);
    expect(error.finding?.kind).toBe("dead-halt");
    expect(error.message).toMatch(
      /^dead halt: every started CPU is halted with interrupts off at .*machine\.c:\d+ in halt_forever/,
    );
    expect(error.evidence?.codeFrame).toContain("cli; hlt");
    expect(performance.now() - startMs).toBeLessThan(soonMs);
  });

  test("all waits at once, by one look", async () => {
    const vm = await boot("dead-halt");
    const errors = await Promise.all(waits.map(([, wait]) => errorOf(wait(vm), GuestError)));
    expect(errors.map(({ finding }) => finding?.kind)).toEqual(waits.map(() => "dead-halt"));
    expect(vm.findings).toHaveLength(1);
  });

  test.each([2, 4])("with %d CPUs, of which one was started", async (cpus) => {
    const vm = await boot("dead-halt", { cpus });
    const { finding } = await errorOf(vm.exited, GuestError);
    expect(finding?.because).toContain(`${cpus - 1} more never started`);
  });

  test("with 2 CPUs on a PC, whose firmware starts them all", async () => {
    const vm = await boot("dead-halt", { cpus: 2, machine: "pc" });
    expect((await errorOf(vm.exited, GuestError)).finding?.kind).toBe("dead-halt");
  });

  test("the machine stays usable, and can be reset", async () => {
    const vm = await boot("hello");
    await vm.serial.waitFor("Hello");
    await errorOf(vm.serial.waitFor("more", long), GuestError);
    expect(vm.state).toBe("running");
    expect((await vm.evidence()).machine).toMatch(/^running; dead halt/);
    const { status } = await vm.qmp.execute("query-status");
    expect(status).toBe("running");
    await vm.pause();
    await vm.resume();
    await vm.reset();
    await vm.serial.waitFor("Hello", long);
    expect((await vm.evidence()).machine).not.toContain("dead halt");
  });

  test("a guest that has said all that was asked passes", async () => {
    const vm = await boot("hello");
    await vm.serial.waitFor("Hello from x86_64 (PVH)\n");
    await vm.verdict.checkAlive();
    expect(vm.findings).toEqual([]);
  });

  test("a paused guest is not dead, however it stands", async () => {
    const vm = await boot("hello");
    await vm.serial.waitFor("Hello");
    await vm.pause();
    await expect(vm.serial.waitFor("more", { timeoutMs: 700 })).rejects.toThrow("timed out");
    expect(vm.findings).toEqual([]);
  });
});

describe("panicked", () => {
  test.each([1, 2])("with %d CPUs", async (cpus) => {
    const vm = await boot("panic", { cpus, machine: "pc" });
    const exit = await vm.verdict.waitForPanic((message) => message.includes("no init"), long);
    expect(exit).toMatchObject({ kind: "panic", message: "Kernel panic: no init found" });
    await vm.verdict.checkAlive();
  });

  test("fails a wait before its halt is found", async () => {
    const vm = await boot("panic");
    const error = await errorOf(vm.serial.waitFor("login:", long), GuestError);
    expect(error.message).toMatch(
      /^panic: Kernel panic: no init found\n {2}while waiting for serial0/,
    );
  });

  test("is a failure of the test where nothing expects it", async () => {
    const vm = await boot("panic");
    await vm.exited;
    const error = await errorOf(vm.verdict.checkAlive(), GuestError);
    expect(error.message).toMatch(/^panic: Kernel panic: no init found/);
  });

  test.each<[string, (vm: Machine) => Promise<unknown>]>([
    ["waitForPanic", (vm) => vm.verdict.waitForPanic(() => true, long)],
    ["waitForEnd", (vm) => vm.verdict.waitForEnd("to panic", ({ kind }) => kind === "panic", long)],
    ["a look at the exit", async (vm) => expect((await vm.exited).kind).toBe("panic")],
  ])("%s expects it, also when it is asked late", async (_, wait) => {
    const early = await boot("panic");
    await wait(early);
    await early.verdict.checkAlive();
    const late = await boot("panic");
    await late.exited;
    await wait(late);
    await late.verdict.checkAlive();
  });
});

describe("ended otherwise than expected", () => {
  test.each(waits.filter(([name]) => name !== "exited"))("%s", async (name, wait) => {
    const vm = await boot("triple-fault");
    if (name === "waitForEnd") {
      const never = vm.verdict.waitForEnd("to power off", ({ kind }) => kind === "power-off", long);
      expect((await errorOf(never, GuestError)).exit?.kind).toBe("triple-fault");
      return;
    }
    const error = await errorOf(wait(vm), GuestError);
    expect(error.exit).toMatchObject({ kind: "triple-fault" });
    expect(error.message).toMatch(
      /^triple fault at .*triple-fault\.c:9 in touch_unmapped_page \(0x[0-9a-f]+\): #PF writing 0x60000000, no handler\n/,
    );
    expect(error.evidence?.reproduce).toContain("qemu-system-x86_64");
  });

  test("nothing looked at it: the test fails", async () => {
    const vm = await boot("triple-fault");
    await vm.exited;
    const error = await errorOf(vm.verdict.checkAlive(), GuestError);
    expect(error.message).toContain("no assertion of this test expected that; expect(vm).toExit");
  });

  test("somebody looked at it: that is an assertion of theirs", async () => {
    const vm = await boot("triple-fault");
    const exit = await vm.exited;
    expect(exit).toMatchObject({ kind: "triple-fault" });
    await vm.verdict.checkAlive();
  });
});
