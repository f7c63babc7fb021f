/** No program outlives its owner: real owners, real programs, killed at any moment. */
import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { type Binding, sweepSessions } from "../../harness/process/index.ts";
import { processesWith, startOwner, temporaryDirectory } from "./owner-process.ts";

const signals = ["SIGKILL", "SIGTERM", "SIGINT"] as const;
const bindings: readonly Binding[] = ["pdeathsig", "guardian"];
/** Milliseconds from a moment to the kill; each gets up to `jitterMs` more. */
const moments = [
  { from: "the owner's start", delayMs: 0 },
  { from: "the owner's start", delayMs: 150 },
  { from: "the owner's start", delayMs: 300 },
  { from: "its word that it starts a program", delayMs: 0 },
  { from: "its word that it starts a program", delayMs: 10 },
] as const;
const jitterMs = 20;

interface Kill {
  readonly binding: Binding;
  readonly signal: (typeof signals)[number];
  readonly moment: (typeof moments)[number];
  readonly program: "qemu" | "sleep";
}

const kills: Kill[] = bindings.flatMap((binding) =>
  signals.flatMap((signal, row) =>
    moments.map((moment, column) => {
      const program = (row + column) % 2 === 0 ? "qemu" : "sleep";
      return { binding, signal, moment, program } as const;
    }),
  ),
);

function commandOf(program: Kill["program"], mark: string) {
  // sleep itself takes no mark, but descriptor 3 tells of it, and its guardian has the mark.
  return program === "sleep"
    ? { file: "sh", commandArguments: ["-c", "exec sleep 1000", mark] }
    : {
        file: "qemu-system-x86_64",
        commandArguments: ["-M", "none", "-S", "-display", "none", "-name", mark],
      };
}

/** @returns what is wrong afterwards, in words; nothing if all is well. */
async function killOne({ binding, signal, moment, program }: Kill): Promise<string[]> {
  const mark = randomUUID();
  const parent = temporaryDirectory();
  const given = JSON.stringify({ binding, ...commandOf(program, mark) });
  const owner = startOwner("hold.ts", [given], parent);
  if (moment.delayMs < 100 && moment.from !== "the owner's start") await owner.nextLine();
  const delayMs = moment.delayMs + Math.random() * jitterMs;
  setTimeout(() => owner.process.kill(signal), delayMs);
  const wrong: string[] = [];
  const how = `${binding}, ${program}, ${signal} ${delayMs.toFixed(1)} ms after ${moment.from}`;
  const end = await owner.exited();
  if (end.signal !== signal) wrong.push(`${how}: ended by ${end.signal ?? end.code} instead`);
  const atExit = readdirSync(parent);
  if (signal !== "SIGKILL" && atExit.length > 0) wrong.push(`${how}: left ${atExit}`);
  await owner.allGone().catch((error) => wrong.push(`${how}: ${error.message}`));
  await sweepSessions(parent);
  const left = readdirSync(parent).filter((name) => !name.startsWith("."));
  if (left.length > 0) wrong.push(`${how}: after a sweep ${left} is left`);
  // The guardian itself, which holds no descriptor of the program's.
  await expect
    .poll(() => processesWith(mark), { timeout: 5_000, interval: 20, message: how })
    .toEqual([]);
  return wrong;
}

test(`nothing is left after ${kills.length} kills at random moments`, {
  timeout: 60_000,
}, async () => {
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

test.each(bindings)("%s: a program that runs dies with its owner's SIGKILL", async (binding) => {
  const mark = randomUUID();
  const given = JSON.stringify({ binding, ...commandOf("qemu", mark) });
  const owner = startOwner("hold.ts", [given], temporaryDirectory());
  await owner.nextLine();
  const { pid } = JSON.parse(await owner.nextLine());
  // While a process changes programs it has no command line.
  const limit = { timeout: 5_000, interval: 20 };
  await expect.poll(() => processesWith(mark), limit).toContain(pid);
  owner.process.kill("SIGKILL");
  await owner.allGone();
  await expect.poll(() => processesWith(mark), { timeout: 5_000, interval: 20 }).toEqual([]);
});
