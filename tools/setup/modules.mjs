/** npm's packages and the pinned Node in `node_modules`. Node 20, no dependencies. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { runWithProgress } from "./progress.mjs";
import { findCommand } from "./requirements.mjs";
import { SetupError } from "./setup-error.mjs";

/** Downloads on a slow line; far beyond that, something hangs. */
const npmLimitMs = 20 * 60_000;
const versionLimitMs = 20_000;
/** At this level npm tells what it fetches. Its words are shown only if it fails. */
const quietly = ["--no-audit", "--no-fund", "--loglevel=http"];

/** PATH without any `node_modules/.bin`: what is in there may be about to be deleted. */
export function pathOutsideModules(path) {
  const inside = `${sep}node_modules${sep}`;
  return path
    .split(delimiter)
    .filter((directory) => !`${directory}${sep}`.includes(inside))
    .join(delimiter);
}

/**
 * Whether `node_modules` holds exactly what the lockfile asks for. npm writes its own record
 * `node_modules/.package-lock.json` last, so an interrupted installation has none.
 */
export function modulesAreCurrent(root) {
  const wanted = readJson(join(root, "package-lock.json"))?.packages;
  const installed = readJson(join(root, "node_modules", ".package-lock.json"))?.packages;
  if (wanted === undefined) throw new SetupError("restore package-lock.json: it is not readable");
  if (installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const present = installed[path];
    // Packages for other platforms are optional, in the lockfile and never installed.
    if (present === undefined) return entry.optional === true || entry.devOptional === true;
    return (
      present.version === entry.version &&
      present.integrity === entry.integrity &&
      suits(present) &&
      existsSync(join(root, path, "package.json"))
    );
  });
}

/** A directory shared with another kind of computer holds that computer's binaries. */
function suits({ os, cpu }) {
  return (
    (os === undefined || os.includes(process.platform)) &&
    (cpu === undefined || cpu.includes(process.arch))
  );
}

/** Whether the pinned Node is in `node_modules`, so that it wins in every `npm run`. */
function pinnedNodeIsPresent(root, { pinned, packages }) {
  const name = packages[`${process.platform}-${process.arch}`];
  if (name === undefined || !existsSync(join(root, "node_modules", ".bin", "node"))) return false;
  return readJson(join(root, "node_modules", name, "package.json"))?.version === pinned;
}

/**
 * Whether a Node that can run our own TypeScript has yet to be brought in. While the pinned one is
 * present, nothing is asked; otherwise the Node outside `node_modules` counts.
 */
export function pinnedNodeIsNeeded(root, node, path) {
  if (pinnedNodeIsPresent(root, node)) return false;
  const host = hostNode(root, path);
  return !host.runsTypeScript || !isAtLeast(host.version, node.oldestForDevelopment);
}

/**
 * The Node outside `node_modules`, and whether it runs TypeScript: distributions build Node without
 * that (Debian does), and their version tells nothing of it. The one that runs this script may be
 * the pinned one, which `npm ci` deletes: then the first other one on PATH is meant.
 */
export function hostNode(root, path) {
  const modules = join(root, "node_modules") + sep;
  if (!process.execPath.startsWith(modules)) {
    return describeNode(process.execPath, process.version, process.features.typescript);
  }
  const file = findCommand("node", pathOutsideModules(path));
  if (file === undefined) return describeNode(process.execPath);
  const question = "process.version + ' ' + process.features.typescript";
  const options = { encoding: "utf8", timeout: versionLimitMs };
  const { stdout } = spawnSync(file, ["--print", question], options);
  return describeNode(file, ...(stdout?.trim().split(" ") ?? []));
}

/** `typescript` is "strip" or "transform" (Node, `process.features.typescript`) where it runs. */
function describeNode(file, version = "v0.0.0", typescript = undefined) {
  const runsTypeScript = ["strip", "transform"].includes(typescript);
  return { file, version: version || "v0.0.0", runsTypeScript };
}

/** Compares dotted versions, with or without a leading "v". */
export function isAtLeast(version, oldest) {
  const parse = (text) => text.replace(/^v/, "").split(".").map(Number);
  const [have, need] = [parse(version), parse(oldest)];
  for (let part = 0; part < need.length; part++) {
    if (have[part] !== need[part]) return (have[part] ?? 0) > need[part];
  }
  return true;
}

/** Makes `node_modules` hold what the lockfile asks for. */
export async function installModules(root, path) {
  console.log("set-up: npm ci");
  const packages = readJson(join(root, "package-lock.json"))?.packages ?? {};
  const count = Object.entries(packages).filter(([at, one]) => at !== "" && suits(one)).length;
  await npm(root, path, ["ci", "--include=dev", ...quietly], count);
}

/** Brings the pinned Node in. It is no dependency: users of the package must not pay for it. */
export async function installPinnedNode(root, node, path) {
  const name = node.packages[`${process.platform}-${process.arch}`];
  if (name === undefined) {
    throw new SetupError(
      `install Node ${node.oldestForDevelopment} or newer, built with its TypeScript support: ` +
        `this is ${hostNode(root, path).version}, and there is no pinned one for ` +
        `${process.platform}-${process.arch}`,
    );
  }
  console.log(`set-up: Node ${node.pinned} into node_modules`);
  // With the lockfile, which --no-save leaves as it is: without it npm would renew other packages,
  // and the next set-up would take them for outdated.
  const aside = ["--no-save", "--ignore-scripts", ...quietly];
  await npm(root, path, ["install", ...aside, `${name}@${node.pinned}`], 1);
}

/** At this level of its log npm tells each package that it fetches; and nothing of the rest. */
async function npm(root, path, words, count) {
  let fetched = 0;
  const progressOf = (line) => {
    if (!line.startsWith("npm http ") || / failed with /.test(line)) return undefined;
    if (/\.tgz\b/.test(line)) fetched++;
    return `set-up: npm has ${Math.min(fetched, count)} of ${count} packages`;
  };
  const end = await runWithProgress(
    ["npm", ...words],
    { cwd: root, env: { ...process.env, PATH: pathOutsideModules(path) }, limitMs: npmLimitMs },
    progressOf,
  );
  if (end.isDone) return;
  if (end.words !== "") console.error(end.words);
  throw new SetupError(`npm could not finish "npm ${words.join(" ")}": ${end.why}`);
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
