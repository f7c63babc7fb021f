/** A panic of a guest that goes on fails whatever waits, on every channel. */
import { describe, expect, test } from "vitest";
import { GuestError, TimeoutError } from "../../harness/evidence/index.ts";
import type { Machine } from "../../harness/machine/index.ts";
import { assemblePvh } from "./assemble.ts";
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

/** A guest that says "A" on its serial port, shows `words`, and goes on without a word. */
async function shower(words: string): Promise<Machine> {
  const kernel = await assemblePvh(`  movw $0x3f8, %dx
  movb $'A', %al
  outb %al, %dx
  movl $words, %esi
  movl $0xb8000 + 10 * 160, %edi
  movb $7, %ah
1: lodsb
  testb %al, %al
  jz 2f
  stosw
  jmp 1b
2: inb $0x64, %al
  jmp 2b
words: .asciz "${words}"`);
  const vm = await boot({ kernel, machine: "pc" });
  await vm.serial.waitFor("A", limit);
  return vm;
}

describe("a panic that only the screen shows", () => {
  test("fails what waits elsewhere, within a second or so", async () => {
    const vm = await shower("Kernel panic: no init found");
    // A wait that names its own fatal output answers for the screen, too.
    const own = vm.serial.waitFor("never", { failOn: [], timeoutMs: 1_500 });
    await errorOf(own, TimeoutError);
    const beganMs = performance.now();
    const pending = [vm.serial.waitFor("never", limit), vm.qmp.waitForEvent("RTC_CHANGE", limit)];
    for (const error of await Promise.all(pending.map((wait) => errorOf(wait, GuestError)))) {
      const because = "the screen shows fatal output";
      expect(error.exit).toEqual({
        kind: "panic",
        message: "Kernel panic: no init found",
        because,
      });
    }
    expect(performance.now() - beganMs).toBeLessThan(10_000);
    expect((await errorOf(vm.exited, GuestError)).message).toMatch(/^panic: /);
  });

  test("is none where it only reads like one", async () => {
    const vm = await shower("Kernel panic handler installed");
    await errorOf(vm.serial.waitFor("never", { timeoutMs: 2_000 }), TimeoutError);
    expect(vm.hasPanicked).toBe(false);
    await vm.verdict.checkAlive();
  });
});
