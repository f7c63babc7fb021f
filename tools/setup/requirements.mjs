/**
 * What this computer lacks, and the command that installs it. Pure functions over the table
 * `harness/host/requirements.json` and a description of the computer, so that every distribution
 * can be tested on any. Runs on Node 20 and without dependencies.
 */
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";

/** Package managers in the order in which they are looked for, with the words that install. */
const managers = [
  { name: "apt", program: "apt-get", like: ["debian", "ubuntu"] },
  { name: "dnf", program: "dnf", like: ["fedora", "rhel", "centos"] },
  { name: "zypper", program: "zypper", like: ["suse", "opensuse"] },
  { name: "pacman", program: "pacman", like: ["arch"] },
  { name: "brew", program: "brew", like: [] },
];

const installWords = {
  apt: ["apt-get", "install", "--no-install-recommends"],
  dnf: ["dnf", "install"],
  zypper: ["zypper", "install"],
  pacman: ["pacman", "-S", "--needed"],
  brew: ["brew", "install"],
};

/** The full path of a program on `path`, or `undefined`. Nothing is run. */
export function findCommand(name, path) {
  for (const directory of path.split(delimiter)) {
    // An empty entry means the working directory, which no set-up should trust.
    if (directory === "") continue;
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
 * The requirements of `audience` ("users" or "development") that are not met, in the table's order.
 * Optional ones are left out: nothing may be installed that is merely nice to have.
 */
export function missingRequirements(table, environment, audience = "development") {
  return table.requirements.filter(
    (requirement) =>
      requirement.neededBy[audience] === "required" &&
      requirement.platforms.includes(environment.platform) &&
      isDue(requirement, table, environment) &&
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

/**
 * The package manager to use, or `undefined` where none is known. The one on PATH decides; where
 * there are several (Fedora packages apt, for one), the distribution's own name decides.
 */
export function packageManager(environment) {
  const found = managers.filter(({ program }) => findCommand(program, environment.path));
  if (found.length <= 1) return found[0]?.name;
  const families = distributionFamilies(environment.osRelease);
  const own = found.find(({ like }) => like.some((family) => families.includes(family)));
  return (own ?? found[0]).name;
}

/** The words of `ID` and `ID_LIKE` in the text of /etc/os-release (os-release(5)). */
function distributionFamilies(osRelease) {
  const families = [];
  for (const line of osRelease.split("\n")) {
    const match = /^(?:ID|ID_LIKE)=["']?([^"']*)["']?\s*$/.exec(line);
    if (match) families.push(...match[1].split(/[\s-]+/));
  }
  return families;
}

/** The packages of `missing` for `manager`, each once and sorted. */
export function packagesFor(manager, missing) {
  return [...new Set(missing.flatMap(({ packages }) => packages[manager] ?? []))].sort();
}

/** The one command that installs `missing`, as words, without `sudo`. */
export function installCommand(manager, missing) {
  return [...installWords[manager], ...packagesFor(manager, missing)];
}

/** The same as a person types it. Homebrew refuses to run as root; the others need it. */
export function printedCommand(manager, missing, isRoot) {
  const command = installCommand(manager, missing).join(" ");
  return isRoot || manager === "brew" ? command : `sudo ${command}`;
}
