#!/usr/bin/env node
/**
 * Sets up what is missing, and nothing else: system packages, `node_modules`, and a Node that runs
 * TypeScript. Runs on Node 20, has no dependencies, may be run any number of times and by several
 * at once. When nothing is missing it prints nothing and takes about as long as Node to start.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runLocked } from "./setup/lock.mjs";
import {
  hostNode,
  installModules,
  installPinnedNode,
  isAtLeast,
  modulesAreCurrent,
  pinnedNodeIsNeeded,
} from "./setup/modules.mjs";
import { installSystemPackages } from "./setup/packages.mjs";
import { missingRequirements } from "./setup/requirements.mjs";
import { SetupError } from "./setup/setup-error.mjs";

const script = fileURLToPath(import.meta.url);
const root = dirname(dirname(script));
/** What this script itself is written for. */
const oldestForSetup = "20.0.0";

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`set-up: ${error.message}`);
  if (error.cause !== undefined) console.error(error.cause);
  process.exitCode = 1;
}

async function main() {
  if (!isAtLeast(process.version, oldestForSetup)) {
    throw new SetupError(`install Node ${oldestForSetup} or newer: this is ${process.version}`);
  }
  const table = JSON.parse(readFileSync(join(root, "harness/host/requirements.json"), "utf8"));
  const environment = describeComputer();
  if (isComplete(table, environment)) return 0;
  if (!process.argv.includes("--locked")) {
    const node = hostNode(root, environment.path).file;
    return runLocked(root, environment.path, [node, script, "--locked"]);
  }
  // Everything is looked at once more: while this one waited, another may have done the work.
  await installSystemPackages(table, environment);
  if (!modulesAreCurrent(root)) await installModules(root, environment.path);
  if (pinnedNodeIsNeeded(root, table.node, environment.path)) {
    await installPinnedNode(root, table.node, environment.path);
  }
  return 0;
}

function isComplete(table, environment) {
  return (
    missingRequirements(table, environment).length === 0 &&
    modulesAreCurrent(root) &&
    !pinnedNodeIsNeeded(root, table.node, environment.path)
  );
}

function describeComputer() {
  return { platform: process.platform, path: process.env.PATH ?? "", osRelease: osRelease() };
}

function osRelease() {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    // Only Linux distributions have it, and only to tell package managers apart.
    return "";
  }
}
