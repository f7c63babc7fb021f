/** Runs the loop kernel under one accelerator for a moment, and says how fast it went. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type OwnedChild, startOwned } from "../process/index.ts";
import { monotonicMs, startTimer, type Timer, withLimit } from "../wait/index.ts";
import { instructionsAfter, type LoopKernel } from "./loop-kernel.ts";

/** What one accelerator did. Plain JSON. */
export interface AcceleratorSample {
  readonly accelerator: string;
  /** QEMU's own words where it ended before the first mark; else `null`. */
  readonly refusal: string | null;
  /** Instructions a second of CPU time (of wall time where the host does not tell). */
  readonly instructionsPerSecond: number | null;
  /** CPU seconds per second that QEMU got; `null` where the host does not tell. */
  readonly cpuShare: number | null;
  /** Why the figure must not be believed ("under load (…)"), or `null` if it may. */
  readonly doubt: string | null;
}

/** When each chunk of marks came, and what the process had used of the CPU at both ends. */
export interface Observation {
  /** Milliseconds and the number of marks that had come by then. */
  readonly marks: readonly { readonly atMs: number; readonly count: number }[];
  /** Milliseconds of wall time and CPU time from the first mark to the end of the sample. */
  readonly wallMs: number;
  readonly cpuMs: number | null;
}

/** Milliseconds of loop, counted from the first mark: 10 ticks of the coarsest scheduler clock. */
const sampleMs = 40;
/** Less than this between the first and the last mark is noise. */
const shortestMs = 15;
/** With less of a CPU than this, the host is busy with something else. */
const leastShare = 0.6;
/** Where the host does not tell CPU time, both halves of a sample must agree this well. */
const steadiness = 2;
/** SIGKILL takes a few milliseconds; what takes longer hangs in the kernel. */
const killLimitMs = 2_000;

/**
 * Runs the kernel until it has counted for 40 ms or `limitMs` have passed since the start.
 * Afterwards QEMU has ended. Throws only if it cannot be ended (`TimeoutError`).
 */
export async function takeSample(
  qemuPath: string,
  kernel: LoopKernel,
  accelerator: string,
  directory: string,
  limitMs: number,
): Promise<AcceleratorSample> {
  const rom = join(directory, `${accelerator}.rom`);
  const logFile = join(directory, `${accelerator}.log`);
  writeFileSync(rom, kernel.rom);
  const child = startOwned(qemuPath, qemuArguments(kernel, accelerator, rom), {
    logFile,
    sockets: 1,
  });
  const observation = await observe(child, limitMs);
  child.kill();
  await withLimit(child.ended, killLimitMs, `QEMU to end after calibrating ${accelerator}`);
  if (observation !== undefined) return judgeObservation(accelerator, observation, limitMs);
  const words = readFileSync(logFile, "utf8")
    .trim()
    .replaceAll(/\s*\n\s*/g, "; ");
  return { ...noFigure(accelerator), refusal: words === "" ? "QEMU ended without a word" : words };
}

/** The pure half: what an observation is worth. */
export function judgeObservation(
  accelerator: string,
  { marks, wallMs, cpuMs }: Observation,
  limitMs: number,
): AcceleratorSample {
  const first = marks[0];
  const last = marks.at(-1);
  const spanMs = first && last ? last.atMs - first.atMs : 0;
  if (first === undefined || last === undefined || spanMs < shortestMs) {
    return {
      ...noFigure(accelerator),
      doubt: `cut short (${accelerator} did too little within ${limitMs} ms)`,
    };
  }
  const share = cpuMs === null || wallMs <= 0 ? null : cpuMs / wallMs;
  // More than one CPU means that QEMU's other threads worked too; the loop is only ever one.
  const cpuSeconds = (spanMs / 1000) * Math.min(share ?? 1, 1);
  const work = instructionsAfter(last.count) - instructionsAfter(first.count);
  const doubt =
    share === null
      ? isSteady(marks)
        ? null
        : "under load (uneven progress)"
      : share < leastShare
        ? `under load (${Math.round(share * 100)} % of a CPU for ${accelerator})`
        : null;
  return {
    accelerator,
    refusal: null,
    instructionsPerSecond: cpuSeconds > 0 ? work / cpuSeconds : null,
    cpuShare: share,
    doubt: cpuSeconds > 0 ? doubt : "under load (no CPU time at all)",
  };
}

function noFigure(accelerator: string): AcceleratorSample {
  return { accelerator, refusal: null, instructionsPerSecond: null, cpuShare: null, doubt: null };
}

function isSteady(marks: Observation["marks"]): boolean {
  const first = marks[0];
  const last = marks.at(-1);
  if (first === undefined || last === undefined) return false;
  const halfMs = (first.atMs + last.atMs) / 2;
  const middle = marks.find(({ atMs }) => atMs >= halfMs) ?? last;
  const rate = (from: typeof first, to: typeof first) =>
    (instructionsAfter(to.count) - instructionsAfter(from.count)) / (to.atMs - from.atMs);
  const ratio = rate(first, middle) / rate(middle, last);
  return ratio > 1 / steadiness && ratio < steadiness;
}

/** @returns `undefined` if QEMU ended by itself before a mark came. */
async function observe(child: OwnedChild, limitMs: number): Promise<Observation | undefined> {
  const socket = child.descriptors[0];
  const marks: { atMs: number; count: number }[] = [];
  let count = 0;
  let start: { atMs: number; cpuMs: number | null } | undefined;
  let sampleTimer: Timer | undefined;
  let limitTimer: Timer | undefined;
  const isOver = new Promise<"over">((resolve) => {
    limitTimer = startTimer(limitMs, () => resolve("over"));
    socket?.on("error", () => {});
    socket?.on("data", (bytes: Buffer) => {
      count += bytes.length;
      marks.push({ atMs: monotonicMs(), count });
      if (start !== undefined) return;
      start = { atMs: monotonicMs(), cpuMs: cpuTimeMs(child.pid) };
      sampleTimer = startTimer(sampleMs, () => resolve("over"));
    });
  });
  const outcome = await Promise.race([isOver, child.ended]);
  sampleTimer?.stop();
  limitTimer?.stop();
  const endMs = monotonicMs();
  const endCpuMs = cpuTimeMs(child.pid);
  if (outcome !== "over" && start === undefined) return undefined;
  const wallMs = start === undefined ? 0 : endMs - start.atMs;
  const known = endCpuMs !== null && start !== undefined && start.cpuMs !== null;
  return { marks, wallMs, cpuMs: known ? endCpuMs - (start?.cpuMs ?? 0) : null };
}

/**
 * CPU time of all threads in milliseconds, from the scheduler's own account, in nanoseconds and
 * not in ticks (Linux, Documentation/scheduler/sched-stats). `null` on hosts without it.
 */
function cpuTimeMs(pid: number | undefined): number | null {
  try {
    const tasks = `/proc/${pid}/task`;
    const nanoseconds = readdirSync(tasks)
      .map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]))
      .reduce((sum, next) => sum + next, 0);
    return nanoseconds > 0 ? nanoseconds / 1e6 : null;
  } catch {
    return null;
  }
}

function qemuArguments(kernel: LoopKernel, accelerator: string, rom: string): string[] {
  return [
    ...["-accel", accelerator, "-nodefaults", "-no-user-config", "-display", "none"],
    ...["-chardev", "socket,id=marks,fd=3", "-bios", rom],
    ...kernel.machineArguments,
  ];
}
