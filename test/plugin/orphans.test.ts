/** No orphan, ever: whoever is killed, however and whenever, no machine outlives it. */
import { readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { InlineProject } from "../vitest/inline-project.ts";

const seed = 20_260_101;
/** A project for each of those that are killed, and how often each gets every signal. */
const rounds = 2;
/** Milliseconds after the start within which the signal comes; after a machine, a fifth. */
const latestMs = 2_500;

/** Kills that met a machine; below the second number the test would prove little. */
let killedWhileRunning = 0;
const leastWhileRunning = 6;

const signals = ["SIGINT", "SIGTERM", "SIGKILL"] as const;
const victims = ["vitest", "worker", "script"] as const;

const files = {
  "many.test.ts": `
    import { test } from "bringup";
    for (let count = 0; count < 20; count += 1) {
      test("boots " + count, async ({ boot }) => {
        const machines = [await boot("kernels/spin.elf"), await boot("kernels/flood.elf")];
        await new Promise((resolve) => setTimeout(resolve, 200));
        await machines[0].kill();
      });
    }
  `,
  "quick.test.ts": `
    import { expect, test } from "bringup";
    test("boots", async ({ boot }) => {
      const vm = await boot("kernels/power-off.elf");
      await expect(vm).toPowerOff();
    });
  `,
  "script.ts": `
    import { bootMachine } from "bringup/machine";
    for (;;) {
      await using one = await bootMachine({ kernel: "kernels/spin.elf" });
      await using other = await bootMachine({ kernel: "kernels/flood.elf" });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  `,
};

/** Numbers from 0 to 1, the same in every run (mulberry32, public domain). */
function randomNumbers(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Resolves when a process of the project is about to start a machine, or when `ended` resolves. */
async function firstMachine(project: InlineProject, ended: Promise<unknown>): Promise<void> {
  const watcher = watch(project.temporary, { recursive: true });
  try {
    const made = new Promise<void>((resolve) => {
      watcher.on("change", (_, path) => {
        if (String(path).includes("machine-")) resolve();
      });
    });
    await Promise.race([made, ended]);
  } finally {
    watcher.close();
  }
}

function start(project: InlineProject, victim: (typeof victims)[number]) {
  return victim === "script" ? project.node("script.ts") : project.start(["run", "many.test.ts"]);
}

/** What is killed, by what, and whether a machine was there when the clock began to run. */
interface Kill {
  readonly victim: (typeof victims)[number];
  readonly signal: (typeof signals)[number];
  readonly isAfterBoot: boolean;
}

/** Starts a run, kills it or its worker, and waits until the run is over. */
async function killOnce(project: InlineProject, kill: Kill, random: () => number) {
  const { isAfterBoot, signal, victim } = kill;
  const delayMs = random() * (isAfterBoot ? latestMs / 5 : latestMs);
  const run = start(project, victim);
  if (isAfterBoot) await firstMachine(project, run);
  // style-allow sleep: the moment is what is tested, and any may come.
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  const processes = project.processes();
  if (processes.some(({ command }) => command.includes("-kernel"))) killedWhileRunning += 1;
  const worker = processes.find(({ command }) => command.includes("workers/forks"));
  const isWorker = victim === "worker" && worker !== undefined;
  try {
    process.kill(isWorker ? worker.pid : (run.pid as number), signal);
  } catch {
    // It has ended meanwhile.
  }
  // A run that has lost its worker would go on with what is left to do.
  if (isWorker) run.kill("SIGTERM");
  await run;
  const what = `${signal} to ${victim} ${Math.round(delayMs)} ms after ${isAfterBoot ? "a machine" : "the start"}`;
  return { what, leftovers: await project.leftovers() };
}

const projects: InlineProject[] = [];
afterAll(async () => {
  for (const project of projects) await project[Symbol.asyncDispose]();
});

async function killAll(victim: Kill["victim"]): Promise<string[]> {
  const project = await InlineProject.create(files);
  projects.push(project);
  const random = randomNumbers(seed + victims.indexOf(victim));
  const orphans: string[] = [];
  for (let round = 0; round < rounds * signals.length; round += 1) {
    const signal = signals[round % signals.length] ?? "SIGKILL";
    const isAfterBoot = round < signals.length;
    const { leftovers, what } = await killOnce(project, { victim, signal, isAfterBoot }, random);
    orphans.push(...leftovers.processes.map((command) => `${what}: ${command}`));
  }
  // What SIGKILL has left the next start removes.
  const { exitCode, raw } = await project.run(["quick.test.ts"]);
  expect(exitCode, raw).toBe(0);
  for (const session of (await project.leftovers()).sessions) {
    const contents = readdirSync(join(project.temporary, session), { recursive: true });
    // A newborn whose owner was killed holds a lock file at most, and is left alone for a while.
    if (/^\.bringup-new-/.test(session) && contents.length < 2) continue;
    orphans.push(`${session} with ${contents.join(", ") || "nothing in it"}`);
  }
  return orphans;
}

test(`${rounds * signals.length * victims.length} kills leave no process and no directory`, {
  timeout: 180_000,
}, async () => {
  const orphans = await Promise.all(victims.map(killAll));
  expect(orphans.flat(), `seed ${seed}`).toEqual([]);
  expect(killedWhileRunning).toBeGreaterThanOrEqual(leastWhileRunning);
});
