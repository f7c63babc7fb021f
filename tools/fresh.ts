/**
 * `npm run test:fresh [bookworm|trixie]`: the first minutes of somebody who has just cloned the
 * repository, on a system with git and Node alone: as root, as a user whose sudo asks for no
 * password, and as one without sudo. What is committed is tried, on the real archive and registry.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createPrivateDirectory } from "../harness/process/index.ts";
import { formatCounts } from "./count-tests.ts";
import { FreshSystem } from "./fresh/fresh-system.ts";
import { archivesDirectory, CannotMakeRoot, makeRootTar, unpackRoot } from "./fresh/root.ts";
import { type Scenario, scenarios } from "./fresh/scenarios.ts";

const repository = join(import.meta.dirname, "..");
const releases = ["bookworm", "trixie"];

async function main(release: string): Promise<boolean> {
  if (!releases.includes(release)) {
    console.error(`choose a release among ${releases.join(", ")}: there is no ${release}`);
    return false;
  }
  console.log(`fresh: a minimal ${release}, from the cache or the archive`);
  let tar: string;
  try {
    tar = await makeRootTar(release);
  } catch (error) {
    if (!(error instanceof CannotMakeRoot)) throw error;
    console.log(`skipped: ${error.message}`);
    console.log(formatCounts({ passed: 0, failed: 0, skipped: scenarios.length }));
    return true;
  }
  let failed = 0;
  for (const scenario of scenarios) {
    if (!(await tryScenario(scenario, release, tar))) failed++;
  }
  console.log(formatCounts({ passed: scenarios.length - failed, failed, skipped: 0 }));
  return failed === 0;
}

async function tryScenario(scenario: Scenario, release: string, tar: string): Promise<boolean> {
  const startedMs = performance.now();
  const directory = await createPrivateDirectory("fresh");
  try {
    const root = join(directory.path, "root");
    await unpackRoot(tar, root);
    const logs = join(repository, ".bringup", "fresh");
    mkdirSync(logs, { recursive: true });
    const logFile = join(logs, `${release}-${scenario.name.replaceAll(" ", "-")}.log`);
    const archives = archivesDirectory(release);
    const system = new FreshSystem({ root, archives, repository, logFile });
    console.log(`fresh: ${release}, ${scenario.name} (${logFile})`);
    await scenario.run(system);
    console.log(`ok     ${scenario.name}, ${seconds(startedMs)}`);
    return true;
  } catch (error) {
    console.log(`FAILED ${scenario.name}, ${seconds(startedMs)}\n${(error as Error).message}`);
    return false;
  } finally {
    await directory.remove();
  }
}

function seconds(startedMs: number): string {
  return `${((performance.now() - startedMs) / 1000).toFixed(0)} s`;
}

if (!(await main(process.argv[2] ?? "bookworm"))) process.exitCode = 1;
