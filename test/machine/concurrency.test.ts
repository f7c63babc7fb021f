/** Eight machines at once: each has its own output, and nothing is left of any. */
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { EvidenceStore } from "../../harness/machine/index.ts";
import {
  boot,
  directoriesBeside,
  privateDirectoryOf,
  qemuOf,
  soonMs,
  temporaryDirectory,
  useKernels,
} from "./machines.ts";

useKernels("echo");

test("eight machines at once", async () => {
  const store = new EvidenceStore(temporaryDirectory(), "run");
  const numbers = Array.from({ length: 8 }, (_, index) => index);
  const machines = await Promise.all(numbers.map(() => boot("echo", {}, { store })));
  const soon = { timeoutMs: 2 * soonMs };
  await Promise.all(
    machines.map(async (vm, number) => {
      await vm.serial.waitFor("> ", soon);
      for (const round of [1, 2, 3]) {
        await vm.serial.writeLine(`machine ${number}, round ${round}`);
        await vm.serial.waitFor(`you said: machine ${number}, round ${round}\n> `, soon);
      }
    }),
  );
  for (const [number, vm] of machines.entries()) {
    const others = [...vm.serial.text.matchAll(/said: machine (\d)/g)].map(([, found]) => found);
    expect(others).toEqual(Array(3).fill(`${number}`));
  }
  const names = machines.map(({ name }) => name);
  expect(new Set(names).size).toBe(8);
  expect(new Set(machines.map((vm) => vm.record().directory)).size).toBe(8);
  const pids = machines.map(qemuOf);
  const directories = machines.map(privateDirectoryOf);
  expect(new Set(directories).size).toBe(8);
  await Promise.all(machines.map((vm) => vm[Symbol.asyncDispose]()));
  expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  expect(directoriesBeside(directories[0] ?? "")).toEqual([]);
});
