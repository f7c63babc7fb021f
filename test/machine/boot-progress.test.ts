/** A boot's limit begins with the call: whatever takes its time is named, and ended. */
import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { TimeoutError } from "../../harness/evidence/index.ts";
import type { MachineSpec } from "../../harness/machine/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import {
  boot,
  errorOf,
  processesWith,
  soonMs,
  temporaryDirectory,
  useKernels,
} from "./machines.ts";

useKernels("hello");

/** Programs of these names never end. @returns the directory, first in PATH. */
function hang(name: string): string {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, name), `#!/bin/sh\nexec tail -f /dev/null ${directory}\n`, {
    mode: 0o755,
  });
  vi.stubEnv("PATH", `${directory}${delimiter}${process.env.PATH}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return directory;
}

test.each<[string, string, (directory: string) => MachineSpec]>([
  ["mformat", "disks, boot media and devices to be made", (directory) => ({ directory })],
  ["qemu-system-x86_64", "QEMU to say what it can do, and how fast it is", () => ({})],
])("a %s that hangs is named by what it was to do", async (name, phase, specOf) => {
  const directory = hang(name);
  const files = temporaryDirectory();
  writeFileSync(join(files, "file"), "text");
  const qemu = name === "mformat" ? {} : { qemu: join(directory, name) };
  const spec = { kernel: kernelPath("hello"), machine: "pc", bootTimeoutMs: 3_000, ...qemu };
  const began = performance.now();
  const error = await errorOf(boot({ ...spec, ...specOf(files) }), TimeoutError);
  expect(error.message).toMatch(/^timed out after 3000 ms \(bootTimeoutMs\) waiting for /);
  expect(error).toMatchObject({ phase, limitMs: 3_000 });
  expect(performance.now() - began).toBeLessThan(soonMs);
  const limit = { timeout: soonMs, interval: 20 };
  await expect.poll(() => processesWith(directory), limit).toEqual([]);
});
