/** What test:fresh rests on: limits that say which they are, and namespaces that leave nothing. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inNamespaces } from "../../tools/fresh/namespaces.ts";
import { LateError, Phases } from "../../tools/fresh/phases.ts";
import { processesOf, startOwner, temporaryDirectory } from "../process/owner-process.ts";
import { runTool } from "./run-tool.ts";

const soonMs = 10_000;

test("a phase has all its output in order, its exit code, and a log of it", async () => {
  const logFile = join(temporaryDirectory(), "log");
  const phases = new Phases(60_000);
  const phase = { name: "it", limitMs: 20_000 };
  const words = ["sh", "-c", "echo one; echo two >&2; echo three; exit 3"];
  const output = "one\ntwo\nthree\n";
  expect(await phases.run(phase, words, logFile)).toEqual({ exitCode: 3, output });
  expect(await phases.run(phase, ["true"], logFile)).toEqual({ exitCode: 0, output: "" });
  expect(readFileSync(logFile, "utf8")).toBe(output);
});

test("what takes too long is ended, and the limit that ended it is named", async () => {
  const logFile = join(temporaryDirectory(), "log");
  const late = (phases: Phases, limitMs: number) =>
    phases.run({ name: "the nap", limitMs }, ["sleep", "1000"], logFile).catch((error) => error);
  const ofPhase = await late(new Phases(60_000), 100);
  expect(ofPhase).toBeInstanceOf(LateError);
  expect(ofPhase.message).toBe("the nap was ended by the limit of this phase, 100 ms");
  const ofRun = await late(new Phases(100), 60_000);
  expect(ofRun.message).toBe("the nap was ended by the limit of the whole run, 100 ms");
});

test("where there can be no system, it is skipped and says why", async () => {
  const directory = temporaryDirectory();
  // None of the programs that make one.
  const variables = { PATH: directory, XDG_CACHE_HOME: directory };
  const { exitCode, stdout } = await runTool("tools/fresh.ts", [], variables);
  expect(stdout).toMatch(/^skipped: .+\n0 passed, 0 failed, 3 skipped$/m);
  expect(exitCode).toBe(0);
});

const [file = "", ...probe] = inNamespaces(["true"]);
const canMount = process.getuid?.() === 0 && spawnSync(file, probe).status === 0;
// style-allow skip: only root can make mounts, and not in every container.
const testOfMounts = test.skipIf(!canMount);

testOfMounts.for(["SIGTERM", "SIGKILL"] as const)(
  "mounts and processes go with the process that made them: %s",
  async (signal) => {
    const parent = temporaryDirectory();
    const [place, logFile] = [join(parent, "place"), join(parent, "log")];
    mkdirSync(place);
    const script = join(import.meta.dirname, "owners/in-namespaces.ts");
    const owner = startOwner(script, [place, logFile], parent);
    const limit = { timeout: soonMs, interval: 20 };
    const log = () => existsSync(logFile) && readFileSync(logFile, "utf8");
    await expect.poll(log, limit).toBe("mounted\n");
    expect(processesOf(parent).length).toBeGreaterThan(2);
    owner.process.kill(signal);
    expect(await owner.exited()).toEqual({ code: null, signal });
    await expect.poll(() => processesOf(parent), limit).toEqual([]);
    expect(readFileSync("/proc/self/mounts", "utf8")).not.toContain(place);
    expect(existsSync(join(place, "inside"))).toBe(false);
  },
);
