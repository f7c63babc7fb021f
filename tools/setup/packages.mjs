/** Installs missing system packages through apt, or says how to. Node 20, no dependencies. */
import { spawnSync } from "node:child_process";
import {
  missingRequirements,
  packageManager,
  packagesFor,
  printedCommand,
} from "./requirements.mjs";
import { SetupError } from "./setup-error.mjs";

/** Another process may hold dpkg's lock: unattended upgrades do, for minutes. */
const dpkgLockTimeoutSeconds = 600;
/** A large download on a slow line; far beyond that, something hangs. */
const installLimitMs = 30 * 60_000;
const questionLimitMs = 20_000;

/**
 * Brings in what is missing. Returns when everything is there; throws a `SetupError` with the one
 * command to type where it may not or cannot install.
 */
export function installSystemPackages(table, environment) {
  const missing = missingRequirements(table, environment);
  if (missing.length === 0) return;
  const manager = packageManager(environment);
  if (manager === undefined) throw new SetupError(unknownDistribution(missing));
  const isRoot = answer(environment, ["id", "-u"]) === "0";
  const prefix = isRoot ? [] : ["sudo", "-n"];
  const mayInstall = isRoot || answer(environment, ["sudo", "-n", "true"]) !== undefined;
  if (manager !== "apt" || !mayInstall) throw new SetupError(askForIt(manager, missing, isRoot));
  console.log(`set-up: installing ${packagesFor("apt", missing).join(" ")}`);
  installWithApt(environment, prefix, packagesFor("apt", missing));
  const stillMissing = missingRequirements(table, environment);
  const inVain = stillMissing.filter((requirement) => missing.includes(requirement));
  if (inVain.length > 0) throw new SetupError(installedInVain(inVain));
  // What is missing beside the new packages can be told only now.
  installSystemPackages(table, environment);
}

function installWithApt(environment, prefix, packages) {
  // A fresh container has no package lists, an old one has lists of versions that are gone. The
  // simulation finds the first, a failed download the second.
  let isUpdated = false;
  const update = () => {
    isUpdated = true;
    return run(environment, [...prefix, "apt-get", "update"], "inherit");
  };
  const install = (extra, output) =>
    run(environment, [...prefix, ...aptInstall, ...extra, ...packages], output);
  if (!install(["--simulate", "-qq"], "ignore")) update();
  if (install(["-y", "-q"], "inherit")) return;
  if (!isUpdated && update() && install(["-y", "-q"], "inherit")) return;
  throw new SetupError(
    `apt-get could not install ${packages.join(" ")}: see its own words above.\n` +
      `  to try again by hand: ${[...prefix, "apt-get", "install", ...packages].join(" ")}`,
  );
}

/** `env` carries the variable through sudo, which drops it otherwise. */
const aptInstall = [
  "env",
  "DEBIAN_FRONTEND=noninteractive",
  "apt-get",
  "install",
  "--no-install-recommends",
  "-o",
  `DPkg::Lock::Timeout=${dpkgLockTimeoutSeconds}`,
];

function run(environment, words, output) {
  const result = spawnSync(words[0], words.slice(1), {
    env: { ...process.env, PATH: environment.path },
    stdio: ["ignore", output, output],
    timeout: installLimitMs,
  });
  return result.status === 0;
}

/** What a command printed, or `undefined` where it failed or does not exist. */
function answer(environment, words) {
  const result = spawnSync(words[0], words.slice(1), {
    env: { ...process.env, PATH: environment.path },
    stdio: ["ignore", "pipe", "ignore"],
    encoding: "utf8",
    timeout: questionLimitMs,
  });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

function askForIt(manager, missing, isRoot) {
  const command = printedCommand(manager, missing, isRoot);
  return `install what is missing with: ${command}\n${list(missing)}`;
}

function unknownDistribution(missing) {
  return (
    "install what is missing with your system's package manager " +
    "(none of apt, dnf, zypper, pacman and brew was found):\n" +
    list(missing)
  );
}

function installedInVain(missing) {
  return `apt-get installed its packages, but this is still not to be found:\n${list(missing)}`;
}

function list(missing) {
  return missing
    .map(({ command, files, purpose }) => `  ${command ?? files[0]}: ${purpose}`)
    .join("\n");
}
