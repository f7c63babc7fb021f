/** Fatal output of a whole machine: which it is, and what becomes of an end after it. */
import { describe, expect, test } from "vitest";
import { GuestError, PatternError, SpecError } from "../../harness/evidence/index.ts";
import type { Machine } from "../../harness/machine/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { boot, errorOf, soonMs, useKernels } from "./machines.ts";

useKernels("echo", "panic", "panic-reset", "power-off");

const soon = { timeoutMs: soonMs };

describe("failOn of a spec", () => {
  test("an empty list makes a panic ordinary output: waits, the end and the verdict", async () => {
    const vm = await boot("panic-reset", { failOn: [] });
    await vm.serial.waitFor("Kernel panic - not syncing: No working init found.\n", soon);
    await vm.verdict.waitForReset(soon);
    expect(vm.exit?.kind).toBe("reset");
    expect(vm.hasPanicked).toBe(false);
    expect(vm.record().timeline).toContainEqual(
      expect.objectContaining({ source: "machine", text: "failOn: none" }),
    );
    await vm.verdict.checkAlive();
  });

  test("a dead halt after such output is a dead halt", async () => {
    const vm = await boot("panic", { failOn: [] });
    const error = await errorOf(vm.serial.waitFor("never", soon), GuestError);
    expect(error.finding?.kind).toBe("dead-halt");
    expect(vm.exit).toBeUndefined();
  });

  test("words of the guest's own are as fatal as the well-known ones", async () => {
    const vm = await boot("power-off", { failOn: ["zzz", /switching \w+/] });
    const error = await errorOf(
      vm.verdict.waitForEnd("to power off", () => false, soon),
      GuestError,
    );
    expect(error.exit).toMatchObject({ kind: "panic", message: "switching off" });
    expect((await errorOf(vm.verdict.checkAlive(), GuestError)).exit?.kind).toBe("panic");
  });

  test("a wait's own list goes before the machine's", async () => {
    const vm = await boot("echo", { failOn: ["you said"] });
    await vm.serial.waitFor("> ", soon);
    await vm.serial.writeLine("one");
    await vm.serial.waitFor("you said: one\n", { ...soon, failOn: [] });
    await vm.serial.writeLine("two");
    const error = await errorOf(vm.serial.waitFor("you said: two", soon), GuestError);
    expect(error.exit).toMatchObject({ kind: "panic", message: "you said: two" });
  });

  test("an expression that would hold everything up is ended, and fails the test", async () => {
    const vm = await boot("echo", { failOn: [/you said: (a+)+$/] });
    await vm.serial.waitFor("> ", soon);
    await vm.serial.writeLine(`${"a".repeat(60)}!`);
    const error = await errorOf(vm.serial.waitFor(/you said: .*!\n/, soon), PatternError);
    expect(error.message).toContain("/you said: (a+)+$/ took more than 1000 ms");
    expect(error.evidence?.machine).toContain("running");
    await errorOf(vm.verdict.checkAlive(), PatternError);
  });

  test.each([
    ["text", "panic"],
    ["an empty pattern", ["a", ""]],
    ["a pattern that nothing satisfies", [/a*/]],
    ["another type", [5]],
  ])("%s is refused", async (_, failOn) => {
    const spec = { kernel: kernelPath("echo"), failOn } as never;
    const error = await errorOf(boot(spec), SpecError);
    expect(error.message).toMatch(/^failOn: got .*, takes an array of strings and regular/);
  });
});

describe("a panic that a wait has let pass", () => {
  async function panicAndQuit(vm: Machine, failOn: [] | undefined): Promise<void> {
    await vm.serial.waitFor("> ", soon);
    await vm.serial.writeLine("kernel panic!");
    // Without a list of its own the wait fails, and takes no responsibility.
    await vm.serial.waitFor("you said: kernel panic!\n> ", { ...soon, failOn }).catch(() => {});
    await vm.serial.writeLine("quit");
  }

  test("does not turn a later power-off into a panic", async () => {
    const vm = await boot("echo");
    await panicAndQuit(vm, []);
    expect((await vm.exited).kind).toBe("power-off");
    await vm.verdict.checkAlive();
    expect(vm.hasPanicked).toBe(true);
  });

  test("but one that none has let pass does", async () => {
    const vm = await boot("echo");
    await panicAndQuit(vm, undefined);
    expect((await vm.exited).kind).toBe("panic");
  });

  test("nor a dead halt", async () => {
    const vm = await boot("panic");
    await vm.serial.waitFor("no init found\n", { ...soon, failOn: [] });
    const error = await errorOf(vm.exited, GuestError);
    expect(error.finding?.kind).toBe("dead-halt");
  });
});
