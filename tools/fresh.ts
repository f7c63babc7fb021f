/**
 * `npm run test:fresh [bookworm|trixie]`: the first minutes of somebody who has just cloned the
 * repository, on a system with git and Node alone: as root, as a user whose sudo asks for no
 * password, and as one without sudo. What is committed is tried, on the real archive and registry.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  createPrivateDirectory,
  makeSessionInside,
  sweepSessions,
} from "../harness/process/index.ts";
import { formatCounts } from "./count-tests.ts";
import { FreshSystem } from "./fresh/fresh-system.ts";
import { LateError, Phases } from "./fresh/phases.ts";
import {
  CannotMakeRoot,
  cacheDirectory,
  makeRootParts,
  type RootParts,
  unpackRoot,
} from "./fresh/root.ts";
import { type Scenario, scenarios } from "./fresh/scenarios.ts";

const repository = join(import.meta.dirname, "..");
const logs = join(repository, ".bringup", "fresh");
const releases = ["bookworm", "trixie"];
/** A quarter of an hour is usual. */
const runLimitMs = 60 * 60_000;

async function main(release: string): Promise<boolean> {
  if (!releases.includes(release)) {
    console.error(`choose a release among ${releases.join(", ")}: there is no ${release}`);
    return false;
  }
  const phases = new Phases(runLimitMs);
  // Systems are large, and what is made in the cache need only be moved there.
  makeSessionInside(cacheDirectory());
  await sweepSessions(cacheDirectory());
  const logFile = newLog(`${release}-made`);
  console.log(`fresh: a minimal ${release}, from the cache or the archive (${logFile})`);
  let parts: RootParts;
  try {
    parts = await makeRootParts(release, phases, logFile);
  } catch (error) {
    const isSkip = error instanceof CannotMakeRoot;
    if (!isSkip && !(error instanceof LateError)) throw error;
    console.log(`${isSkip ? "skipped:" : "FAILED"} ${error.message}`);
    const [failed, skipped] = isSkip ? [0, scenarios.length] : [scenarios.length, 0];
    console.log(formatCounts({ passed: 0, failed, skipped }));
    return isSkip;
  }
  let failed = 0;
  for (const scenario of scenarios) {
    if (!(await tryScenario(scenario, release, parts, phases))) failed++;
  }
  console.log(formatCounts({ passed: scenarios.length - failed, failed, skipped: 0 }));
  return failed === 0;
}

async function tryScenario(
  scenario: Scenario,
  release: string,
  parts: RootParts,
  phases: Phases,
): Promise<boolean> {
  const startedMs = performance.now();
  const directory = await createPrivateDirectory("fresh");
  try {
    const root = join(directory.path, "root");
    const logFile = newLog(`${release}-${scenario.name.replaceAll(" ", "-")}`);
    console.log(`fresh: ${release}, ${scenario.name} (${logFile})`);
    await unpackRoot(parts, root, phases, logFile);
    const { archives } = parts;
    await scenario.run(new FreshSystem({ root, archives, repository, logFile, phases }));
    console.log(`ok     ${scenario.name}, ${seconds(startedMs)}`);
    return true;
  } catch (error) {
    console.log(`FAILED ${scenario.name}, ${seconds(startedMs)}\n${(error as Error).message}`);
    return false;
  } finally {
    await directory.remove();
  }
}

function newLog(name: string): string {
  mkdirSync(logs, { recursive: true });
  const path = join(logs, `${name}.log`);
  rmSync(path, { force: true });
  return path;
}

function seconds(startedMs: number): string {
  return `${((performance.now() - startedMs) / 1000).toFixed(0)} s`;
}

if (!(await main(process.argv[2] ?? "bookworm"))) process.exitCode = 1;
