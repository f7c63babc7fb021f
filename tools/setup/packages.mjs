/** Brings in missing system packages, or says how to. Node 20, no dependencies. */
import { spawnSync } from "node:child_process";
import { releaseTitle } from "../../harness/host/package-names.mjs";
import { installPackages, openApt, tryInstallPackages, unknownPackages } from "./apt.mjs";
import {
  laterRequirements,
  missingRequirements,
  packageManager,
  packagesFor,
  printedCommand,
  unpackaged,
} from "./requirements.mjs";
import { SetupError } from "./setup-error.mjs";

const questionLimitMs = 20_000;

/**
 * Brings in what is missing, and after it what is optional and can be had. Returns when everything
 * that is required is there; throws a `SetupError` with the one command to type where it may not
 * or cannot install, and with what this release has no package for.
 */
export async function installSystemPackages(table, environment) {
  const missing = missingRequirements(table, environment);
  if (missing.length === 0) return;
  const manager = packageManager(environment);
  if (manager === undefined) throw new SetupError(unknownDistribution(missing));
  const isRoot = answer(environment, ["id", "-u"]) === "0";
  const mayInstall = isRoot || answer(environment, ["sudo", "-n", "true"]) !== undefined;
  if (manager.name !== "apt" || !mayInstall) {
    throw new SetupError(askForIt(manager, table, environment, isRoot));
  }
  const apt = openApt(environment.path, isRoot ? [] : ["sudo", "-n"]);
  // What is missing beside the new packages can be told only when they are there.
  for (let due = missing; due.length > 0; due = missingRequirements(table, environment)) {
    await installRequired(apt, manager, due, { table, environment });
  }
  await installOptional(apt, manager, table, environment);
}

async function installRequired(apt, manager, due, { table, environment }) {
  const packages = packagesFor(manager, due, environment);
  const unknown = packages.length === 0 ? [] : await unknownPackages(apt, packages);
  const known = packages.filter((one) => !unknown.includes(one));
  if (known.length > 0) {
    console.log(`set-up: installing ${known.join(" ")}`);
    await installPackages(apt, known);
  }
  const stillMissing = missingRequirements(table, environment);
  const inVain = due.filter((requirement) => stillMissing.includes(requirement));
  const without = inVain.filter((one) =>
    packagesFor(manager, [one], environment).every((name) => unknown.includes(name)),
  );
  if (without.length > 0) throw new SetupError(noPackageFor(without, environment));
  if (inVain.length > 0) throw new SetupError(installedInVain(inVain));
}

/** Each for itself, so that one that this release lacks takes no other along. */
async function installOptional(apt, manager, table, environment) {
  const optional = missingRequirements(table, environment, "development", "optional");
  for (const requirement of optional) {
    const packages = packagesFor(manager, [requirement], environment);
    if (packages.length > 0) console.log(`set-up: installing ${packages.join(" ")}`);
    if (packages.length > 0 && (await tryInstallPackages(apt, packages))) continue;
    console.log(`set-up: going on without this, which is optional:\n${list([requirement])}`);
  }
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

function askForIt(manager, table, environment, isRoot) {
  const due = missingRequirements(table, environment);
  const missing = [...due, ...laterRequirements(manager, due, table, environment)];
  const without = unpackaged(manager, missing, environment);
  const packaged = missing.filter((requirement) => !without.includes(requirement));
  if (packaged.length === 0) return noPackageFor(without, environment);
  const command = printedCommand(manager, packaged, environment, isRoot);
  const rest = without.length === 0 ? "" : `\nthen ${noPackageFor(without, environment)}`;
  return `install what is missing with: ${command}\n${list(packaged)}${rest}`;
}

function noPackageFor(missing, environment) {
  const title = releaseTitle(environment.osRelease);
  return `install this by hand, for ${title} has no package of it:\n${list(missing)}`;
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
