/** A panic of a guest that goes on fails whatever waits, on every channel. */
import { describe, expect, test } from "vitest";
import { GuestError } from "../../harness/evidence/index.ts";
import type { Machine } from "../../harness/machine/index.ts";
import { boot, errorOf, useKernels } from "./machines.ts";

useKernels("echo");
const limit = { timeoutMs: 30_000 };
const words = "kernel panic!";

/** A guest that says what it is told, and lives on. */
async function talker(): Promise<Machine> {
  const vm = await boot("echo", { machine: "pc" });
  await vm.serial.waitFor("> ", limit);
  return vm;
}

const waits: readonly [string, (vm: Machine) => Promise<unknown>][] = [
  ["to power off", (vm) => vm.verdict.waitForEnd("to power off", isPowerOff, limit)],
  ["to reset", (vm) => vm.verdict.waitForReset(limit)],
  ["to end", (vm) => vm.verdict.waitForEnd("to end", () => true, limit)],
  ["exited", (vm) => vm.exited],
  ["QMP event", (vm) => vm.qmp.waitForEvent("RTC_CHANGE", limit)],
  ["the screen", (vm) => vm.screen.waitForText("never", limit)],
  ["serial0", (vm) => vm.serial.waitFor("never", limit)],
];

function isPowerOff({ kind }: { readonly kind: string }): boolean {
  return kind === "power-off";
}

describe("a panic", () => {
  test("fails what waits, and what waits later", async () => {
    const vm = await talker();
    const pending = waits.map(([name, wait]) => [name, errorOf(wait(vm), GuestError)] as const);
    await vm.serial.writeLine(words);
    for (const [name, error] of pending) expect((await error).message, name).toMatch(/^panic: /);
    for (const [name, wait] of waits) {
      expect((await errorOf(wait(vm), GuestError)).message, name).toMatch(/^panic: /);
    }
    expect((await errorOf(vm.verdict.checkAlive(), GuestError)).message).toMatch(/^panic: /);
  });

  test("satisfies a wait for it, before and after, and then fails nothing", async () => {
    const vm = await talker();
    const isPanic = ({ kind }: { readonly kind: string }) => kind === "panic";
    const early = vm.verdict.waitForEnd("to panic", isPanic, limit);
    await vm.serial.writeLine(words);
    expect(await early).toMatchObject({ kind: "panic", message: expect.stringContaining(words) });
    await vm.verdict.waitForEnd("to panic", isPanic, limit);
    await vm.verdict.waitForPanic(() => true, limit);
    await vm.verdict.checkAlive();
    const off = vm.verdict.waitForEnd("to power off", isPowerOff, limit);
    await vm.serial.writeLine("quit");
    expect((await errorOf(off, GuestError)).message).toMatch(/^panic: /);
  });

  test("that is another than the one that is waited for names both", async () => {
    const vm = await talker();
    const is = (message: string) => message.includes("another");
    const wait = errorOf(vm.verdict.waitForPanic(is, limit, 'to panic with "another"'), GuestError);
    await vm.serial.writeLine(words);
    expect((await wait).message).toMatch(/^panic: .*kernel panic!\n.* to panic with "another"/);
    expect(vm.panics).toEqual([expect.stringContaining(words)]);
  });

  test("that a wait lets pass fails nothing once it has", async () => {
    const vm = await talker();
    const off = vm.verdict.waitForEnd("to power off", isPowerOff, limit);
    const passing = vm.serial.waitFor("you said: kernel panic!\n> ", { ...limit, failOn: [] });
    await vm.serial.writeLine(words);
    await passing;
    await vm.serial.writeLine("quit");
    await off;
    await vm.verdict.checkAlive();
  });
});
