/** No program outlives its owner: real owners, real programs, killed at any moment. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { type Binding, sweepSessions } from "../../harness/process/index.ts";
import { type OwnerProcess, processesOf, startOwner, temporaryDirectory } from "./owner-process.ts";

const signals = ["SIGKILL", "SIGTERM", "SIGINT"] as const;
const bindings: readonly Binding[] = ["pdeathsig", "guardian"];
/**
 * When an owner is killed: milliseconds after it was started, after it has said that it starts its
 * program, or after it has said that this runs; each with up to `jitterMs` more.
 */
const moments = [
  { lines: 0, name: "its start", delayMs: 0 },
  { lines: 0, name: "its start", delayMs: 150 },
  { lines: 0, name: "its start", delayMs: 300 },
  { lines: 1, name: "it starts a program", delayMs: 0 },
  { lines: 1, name: "it starts a program", delayMs: 20 },
  { lines: 2, name: "the program runs", delayMs: 0 },
] as const;
const jitterMs = 20;

const programs = {
  qemu: {
    file: "qemu-system-x86_64",
    commandArguments: ["-machine", "none", "-S", "-display", "none"],
  },
  sleep: { file: "sleep", commandArguments: ["1000"] },
};

interface Kill {
  readonly binding: Binding;
  readonly signal: (typeof signals)[number];
  readonly moment: (typeof moments)[number];
  readonly program: keyof typeof programs;
}

const kills: Kill[] = bindings.flatMap((binding) =>
  signals.flatMap((signal, row) =>
    moments.map((moment, column) => {
      const program = (row + column) % 2 === 0 ? "qemu" : "sleep";
      return { binding, signal, moment, program } as const;
    }),
  ),
);

/** @returns what is wrong afterwards, in words; nothing if all is well. */
async function killOne({ binding, signal, moment, program }: Kill): Promise<string[]> {
  const parent = temporaryDirectory();
  const owner = startOwner("hold.ts", [JSON.stringify({ binding, ...programs[program] })], parent);
  for (let line = 0; line < moment.lines; line += 1) await owner.nextLine();
  const delayMs = moment.delayMs + Math.random() * jitterMs;
  setTimeout(() => owner.process.kill(signal), delayMs);
  const end = await owner.exited();
  const wrong = await whatIsLeft(owner, parent, signal);
  if (end.signal !== signal) wrong.push(`the owner ended by ${end.signal ?? end.code} instead`);
  const how = `${binding}, ${program}, ${signal} ${delayMs.toFixed(1)} ms after ${moment.name}`;
  return wrong.map((words) => `${how}: ${words}`);
}

async function whatIsLeft(owner: OwnerProcess, parent: string, signal: string): Promise<string[]> {
  const wrong: string[] = [];
  const atExit = readdirSync(parent);
  if (signal !== "SIGKILL" && atExit.length > 0) wrong.push(`${atExit} was left`);
  await owner.allGone().catch((error) => wrong.push(error.message));
  await sweepSessions(parent);
  // One that was killed while it made its session is swept by a later start only.
  const swept = readdirSync(parent).filter((name) => !name.startsWith("."));
  if (swept.length > 0) wrong.push(`a sweep left ${swept}`);
  // A guardian holds no descriptor of the program's, and so has not been waited for yet.
  await expect
    .poll(() => processesOf(parent), { timeout: 5_000, interval: 20 })
    .toEqual([])
    .catch(() => wrong.push(`processes ${processesOf(parent)} were left`));
  return wrong;
}

test(`${kills.length} kills at random moments leave nothing`, { timeout: 90_000 }, async () => {
  const wrong: string[] = [];
  const queue = [...kills];
  const lane = async () => {
    for (let kill = queue.pop(); kill !== undefined; kill = queue.pop()) {
      wrong.push(...(await killOne(kill)));
    }
  };
  await Promise.all([lane(), lane(), lane()]);
  expect(wrong.join("\n")).toBe("");
});

test.each(bindings)("%s: the program is seen before its owner is killed", async (binding) => {
  const parent = temporaryDirectory();
  const owner = startOwner("hold.ts", [JSON.stringify({ binding, ...programs.qemu })], parent);
  await owner.nextLine();
  const { pid } = JSON.parse(await owner.nextLine());
  // While a process changes programs it has no environment to be read.
  const limit = { timeout: 5_000, interval: 20 };
  await expect.poll(() => processesOf(parent), limit).toContain(pid);
  owner.process.kill("SIGKILL");
  await owner.allGone();
  await expect.poll(() => processesOf(parent), limit).toEqual([]);
});
