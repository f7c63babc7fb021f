/** What is measured: one row each. Data. */
import type { MachineSpec } from "../../harness/machine/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import type { Reader } from "./serial-transfer.ts";

/** From `boot()` until the guest has printed something, against QEMU without the harness. */
export interface BootRow {
  readonly kind: "boot";
  readonly name: string;
  readonly spec: MachineSpec;
  readonly pattern: string;
  /** How many times bare QEMU's time it may take. */
  readonly mostRatio: number;
}

/** From the guest's death until whoever waits on it is told. */
export interface DeathRow {
  readonly kind: "death";
  readonly name: string;
  readonly spec: MachineSpec;
  /** The ending that must be reported. */
  readonly ending: string;
  /** What of the guest is its death: its last byte, or the first reset of many. */
  readonly diesWith: "last byte" | "first reset";
}

/** Log text through one port, from the writer's start to the last byte, against another reader. */
export interface TransferRow {
  readonly kind: "transfer";
  readonly name: string;
  readonly megabytes: number;
  readonly reference: { readonly reader: Reader; readonly megabytes: number };
  /** How many times the reference's time it may take. */
  readonly mostRatio: number;
  /** The most memory that the process of the harness may have, in MiB. */
  readonly mostMiB: number;
}

/** A guest that prints without end, from QEMU's start until a line, against a bare reader. */
export interface FloodRow {
  readonly kind: "flood";
  readonly name: string;
  readonly spec: MachineSpec;
  /** As the guest sends it, without its line end. */
  readonly lastLine: string;
  readonly mostRatio: number;
  /** Runs are long: so many are enough. */
  readonly mostRuns: number;
}

/** Specs that cannot be right, one after another: the one whose error takes longest. */
export interface RefusalRow {
  readonly kind: "refusal";
  readonly name: string;
  /** A turn is a run through all of them: so many are enough. */
  readonly mostRuns: number;
}

export type Row = BootRow | DeathRow | TransferRow | FloodRow | RefusalRow;

/** The target for the error of a bad spec, and the reference of that row, in milliseconds. */
export const refusalLimitMs = 2_000;

/** The target for a dead guest, and the reference of those rows, in milliseconds. */
export const deathLimitMs = 1_000;
/** What the harness may always cost, in milliseconds, however fast QEMU is. */
export const overheadMs = 10;

/** What a process may have in memory while a port floods it, Node itself included. */
const mostMiB = 150;

const pvhHello = { kernel: kernelPath("hello", "x86_64"), machine: "microvm" };

export const rows: readonly Row[] = [
  {
    kind: "boot",
    name: "boot-pc-multiboot",
    spec: { kernel: kernelPath("hello", "i386") },
    pattern: "Hello from i386 (Multiboot)",
    mostRatio: 1.1,
  },
  {
    kind: "boot",
    name: "boot-pc-boot-sector",
    spec: { kernel: kernelPath("boot-sector", "bios") },
    pattern: "Hello from the boot sector",
    mostRatio: 1.1,
  },
  {
    kind: "boot",
    name: "boot-microvm-pvh",
    spec: pvhHello,
    pattern: "Hello from x86_64 (PVH)",
    mostRatio: 1.2,
  },
  {
    kind: "boot",
    name: "boot-microvm-pvh-kvm",
    spec: { ...pvhHello, accelerator: "kvm" },
    pattern: "Hello from x86_64 (PVH)",
    mostRatio: 1.2,
  },
  death("dead-panic", "panic", "panic"),
  death("dead-triple-fault", "triple-fault", "triple-fault"),
  death("dead-halt", "hello", "dead-halt"),
  {
    ...death("dead-reset-loop", "reset-loop", "reset-loop"),
    spec: { kernel: kernelPath("reset-loop"), machine: "microvm", onReset: "continue" },
    diesWith: "first reset",
  },
  {
    kind: "transfer",
    name: "serial-100-mb",
    megabytes: 100,
    reference: { reader: "bare", megabytes: 100 },
    mostRatio: 2,
    mostMiB,
  },
  {
    kind: "transfer",
    name: "serial-200-mb",
    megabytes: 200,
    reference: { reader: "harness", megabytes: 100 },
    mostRatio: 2.2,
    mostMiB,
  },
  {
    kind: "flood",
    name: "serial-flood-qemu",
    spec: { kernel: kernelPath("flood"), machine: "microvm", accelerator: "tcg" },
    lastLine: "flood 150000",
    mostRatio: 2,
    mostRuns: 5,
  },
  { kind: "refusal", name: "bad-input", mostRuns: 3 },
];

function death(name: string, kernel: string, ending: string): DeathRow {
  const spec = { kernel: kernelPath(kernel), machine: "microvm" };
  return { kind: "death", name, spec, ending, diesWith: "last byte" };
}
