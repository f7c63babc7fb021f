/** Real machines for tests: evidence lies in a directory of its own, and goes with the test. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, onTestFinished, vi } from "vitest";
import {
  type BootOptions,
  bootMachine,
  EvidenceStore,
  type Machine,
  type MachineSpec,
} from "../../harness/machine/index.ts";
import { buildKernels, kernelPath } from "../../kernels/build.ts";

/** A limit for whatever must happen soon: generous, because the host may be busy. */
export const soonMs = 20_000;

/** For each file of tests: the kernels are built, and slow hosts have their time. */
export function useKernels(...names: string[]): void {
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });
  beforeAll(async () => {
    await buildKernels({ names });
  });
}

/** A directory that is removed when the running test ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "test-of-machine-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** What microvm has not, or not as a PC has it. */
const fieldsOfPc = [
  "bootLoader",
  "cdrom",
  "devices",
  "directory",
  "disks",
  "display",
  "firmware",
] as const satisfies readonly (keyof MachineSpec)[];

/** A kernel on the machine that starts fastest, unless the test asks for a part of a PC. */
function quickest(kernel: string, rest: MachineSpec): MachineSpec {
  const needsPc = fieldsOfPc.some((field) => rest[field] !== undefined);
  const isQuick = !needsPc && (rest.serialPorts?.length ?? 1) === 1;
  return { kernel, ...(isQuick ? { machine: "microvm" } : {}), ...rest };
}

/**
 * Boots a machine that is gone when the running test ends; our kernels, by name, on `microvm` where
 * the test asks for nothing that only a PC has.
 */
export async function boot(
  spec: MachineSpec | string,
  rest: MachineSpec = {},
  options: BootOptions = {},
): Promise<Machine> {
  const given = typeof spec === "string" ? quickest(kernelPath(spec), rest) : spec;
  const store = options.store ?? new EvidenceStore(temporaryDirectory(), "run");
  const machine = await bootMachine({ accelerator: "tcg", ...given }, { store, ...options });
  onTestFinished(() => machine[Symbol.asyncDispose]());
  return machine;
}

/** The error with which a promise rejects. */
export async function errorOf<E extends Error>(
  promise: Promise<unknown>,
  kind: abstract new (...given: never[]) => E,
): Promise<E> {
  try {
    const value = await promise;
    throw new Error(`expected ${kind.name}, but it resolved: ${JSON.stringify(value)}`);
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
}

/** The process id of a machine's QEMU, which is the only one that has the machine's log open. */
export function qemuOf(machine: Machine): number {
  const log = join(machine.record().directory, "cpu.log");
  const pid = processesWith(log)[0];
  if (pid === undefined) throw new Error(`no QEMU has ${log}`);
  return pid;
}

/** Processes whose command line has `text` in it. */
export function processesWith(text: string): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      const isIt = readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text);
      return isIt ? [Number(name)] : [];
    } catch {
      // It ended between the listing and the look at it.
      return [];
    }
  });
}

/** The private directory of a running machine, by its QEMU's own command line. */
export function privateDirectoryOf(machine: Machine): string {
  const words = readFileSync(`/proc/${qemuOf(machine)}/cmdline`, "utf8");
  const path = /pipe,id=port0,path=([^\0]+)\/port0/.exec(words)?.[1];
  if (path === undefined) throw new Error(`no port in ${words}`);
  return path;
}

/** Names of the private directories beside this one: one for each machine of the process. */
export function directoriesBeside(privateDirectory: string): string[] {
  return readdirSync(dirname(privateDirectory)).filter((name) => name.startsWith("machine-"));
}
