/** A QEMU that hangs: stopped by a signal, it neither reads nor answers. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { StateError, TimeoutError } from "../../harness/evidence/index.ts";
import type { Machine } from "../../harness/machine/index.ts";
import {
  boot,
  errorOf,
  privateDirectoryOf,
  processesWith,
  qemuOf,
  soonMs,
  useKernels,
} from "./machines.ts";

useKernels("echo");

/** Whether all threads of a process stand still: state T in `stat` (proc(5)). */
function isStopped(pid: number): boolean {
  const threads = readdirSync(`/proc/${pid}/task`);
  const stats = threads.map((id) => readFileSync(`/proc/${pid}/task/${id}/stat`, "latin1"));
  return stats.every((stat) => stat.slice(stat.lastIndexOf(")")).startsWith(") T"));
}

/** Stops QEMU; it goes on when the test ends, unless it is gone. */
function hang(vm: Machine): { goOn: () => void } {
  const pid = qemuOf(vm);
  process.kill(pid, "SIGSTOP");
  // On a busy host some of its threads run on for a while, and would answer.
  const untilMs = performance.now() + soonMs;
  while (!isStopped(pid) && performance.now() < untilMs);
  const goOn = () => process.kill(pid, "SIGCONT");
  onTestFinished(() => {
    if (processesWith(vm.record().directory).includes(pid)) goOn();
  });
  return { goOn };
}

test("fails commands by name, also out-of-band ones, and is ended all the same", async () => {
  const vm = await boot("echo");
  await vm.serial.waitFor("> ");
  const directory = privateDirectoryOf(vm);
  hang(vm);
  const command = await errorOf(
    vm.qmp.execute("query-status", undefined, { timeoutMs: 50 }),
    TimeoutError,
  );
  expect(command.message).toMatch(
    /^timed out after 50 ms \(timeoutMs\) waiting for QMP query-status\n {2}sent: \{"execute":"query-status","id":\d+\}\n {2}QEMU last said something \d+ ms ago: \{/,
  );
  // What was known of the machine is in the error, though QEMU cannot be asked any more.
  expect(command.evidence?.machine).toMatch(/^running/);
  const urgent = await errorOf(
    vm.qmp.execute("query-yank", undefined, { timeoutMs: 50, outOfBand: true }),
    TimeoutError,
  );
  expect(urgent.message).toMatch(/^timed out after 50 ms .* waiting for QMP query-yank\n/);
  const wait = await errorOf(vm.qmp.waitForEvent("STOP", { timeoutMs: 50 }), TimeoutError);
  expect(wait.message).toMatch(/^timed out after 50 ms .* waiting for QMP event STOP\n/);
  await vm.kill();
  expect(await vm.exited).toMatchObject({ kind: "killed" });
  await vm[Symbol.asyncDispose]();
  expect(existsSync(directory)).toBe(false);
  expect(processesWith(directory)).toEqual([]);
  await errorOf(vm.qmp.execute("query-status"), StateError);
});

test("is ended by dispose, while commands are pending", async () => {
  const vm = await boot("echo");
  const directory = privateDirectoryOf(vm);
  hang(vm);
  const pending = errorOf(vm.qmp.execute("query-status", undefined, { timeoutMs: soonMs }), Error);
  await vm[Symbol.asyncDispose]();
  expect((await pending).message).toMatch(/^ended with the test/);
  expect(existsSync(dirname(directory))).toBe(true);
  expect(existsSync(directory)).toBe(false);
  expect(processesWith(directory)).toEqual([]);
});

test("that goes on answers late, which disturbs nothing", async () => {
  const vm = await boot("echo");
  await vm.serial.waitFor("> ");
  const { goOn } = hang(vm);
  const late = [
    vm.qmp.execute("stop", undefined, { timeoutMs: 50 }),
    vm.qmp.execute("query-yank", undefined, { timeoutMs: 50, outOfBand: true }),
  ];
  const since = vm.qmp.mark();
  for (const command of late) await errorOf(command, TimeoutError);
  goOn();
  // What was sent is carried out all the same.
  await vm.qmp.waitForEvent("STOP", { since, timeoutMs: soonMs });
  expect((await vm.qmp.execute("query-status")).status).toBe("paused");
  await vm.resume();
  await vm.serial.writeLine("hello");
  await vm.serial.waitFor("you said: hello");
});
