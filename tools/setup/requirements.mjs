/**
 * What this computer lacks, and the command that installs it. Pure functions over the table
 * `harness/host/requirements.json` and a description of the computer, so that every distribution
 * can be tested on any. Runs on Node 20 and without dependencies.
 */
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join } from "node:path";
import {
  choosePackageManager,
  packageManagers,
  packagesOfAll,
  packagesOnRelease,
  releaseNames,
  typedCommand,
} from "../../harness/host/package-names.mjs";

/** The full path of a program on `path`, or `undefined`. Nothing is run. */
export function findCommand(name, path) {
  for (const directory of path.split(delimiter)) {
    // An empty or relative entry means the working directory, which no set-up should trust.
    if (!isAbsolute(directory)) continue;
    const candidate = join(directory, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here, or not executable: the next directory may have it.
    }
  }
  return undefined;
}

/** Whether a file matches `pattern`, where `*` stands for anything in the file's name. */
export function fileExists(pattern) {
  if (!pattern.includes("*")) return existsSync(pattern);
  const expression = new RegExp(
    `^${basename(pattern).split("*").map(escapeForRegExp).join(".*")}$`,
  );
  try {
    return readdirSync(dirname(pattern)).some((name) => expression.test(name));
  } catch {
    return false;
  }
}

function escapeForRegExp(text) {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}

/**
 * The requirements of `audience` ("users" or "development") that are not met, in the table's order:
 * those that are "required", or those that are "optional".
 */
export function missingRequirements(table, environment, audience, need) {
  return unmetRequirements(table, environment, audience, need).filter((requirement) =>
    isDue(requirement, table, environment),
  );
}

/**
 * What may be missing once `missing` is there, where this release has packages for it: a person who
 * installs by hand has it all in one go.
 */
export function laterRequirements(manager, missing, table, environment) {
  const names = releaseNames(environment.osRelease);
  return unmetRequirements(table, environment).filter(
    (requirement) =>
      missing.some(({ id }) => id === requirement.after) &&
      packagesOnRelease(requirement, manager.name, names).length > 0,
  );
}

function unmetRequirements(table, environment, audience = "development", need = "required") {
  return table.requirements.filter(
    (requirement) =>
      requirement.neededBy[audience] === need &&
      requirement.platforms.includes(environment.platform) &&
      !isMet(requirement, environment),
  );
}

/** Whether it can be told already if it is needed: what comes with `after` may do instead. */
function isDue({ after }, table, environment) {
  const earlier = table.requirements.find(({ id }) => id === after);
  return earlier === undefined || isMet(earlier, environment);
}

function isMet(requirement, environment) {
  const { command, files } = requirement;
  if (command !== undefined) return findCommand(command, environment.path) !== undefined;
  return files.some(fileExists);
}

/** The package manager to use, or `undefined` where none is known. */
export function packageManager(environment) {
  const present = packageManagers.filter(({ program }) => findCommand(program, environment.path));
  return choosePackageManager(present, environment.osRelease);
}

/** The packages of `missing` on this release, each once and sorted. */
export function packagesFor(manager, missing, environment) {
  return packagesOfAll(missing, manager.name, releaseNames(environment.osRelease)).sort();
}

/** The requirements among `missing` for which this release has no package. */
export function unpackaged(manager, missing, environment) {
  const names = releaseNames(environment.osRelease);
  return missing.filter((one) => packagesOnRelease(one, manager.name, names).length === 0);
}

/** The one command that installs `missing`, as a person types it. */
export function printedCommand(manager, missing, environment, isRoot) {
  const options = manager.name === "apt" ? ["--no-install-recommends"] : [];
  return typedCommand(manager, options, packagesFor(manager, missing, environment), isRoot);
}
