/** Installs packages through apt. Node 20, no dependencies. */
import { spawnSync } from "node:child_process";
import { runWithProgress } from "./progress.mjs";
import { SetupError } from "./setup-error.mjs";

/** Another process may hold dpkg's lock: unattended upgrades do, for minutes. */
const dpkgLockTimeoutSeconds = 600;
/** A large download on a slow line; far beyond that, something hangs. */
const installLimitMs = 30 * 60_000;

/**
 * `env` carries variables through sudo, which drops them otherwise. It closes all descriptors
 * beyond stderr, too: the one for apt's status is made after it. It is none of the first three,
 * because apt keeps it from dpkg, whose scripts would fail without a place to write to.
 */
const aptGet = [
  ...["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C"],
  ...["/bin/sh", "-c", 'exec "$@" 3>&1', "sh", "apt-get"],
];
const aptInstall = [
  ...aptGet,
  ...["install", "--no-install-recommends", "-o"],
  `DPkg::Lock::Timeout=${dpkgLockTimeoutSeconds}`,
];

/** One use of apt. `prefix` is what gives the right to install: nothing, or sudo's words. */
export function openApt(path, prefix) {
  return { path, prefix, isUpdated: false };
}

/**
 * Those of `packages` that this release does not have. A fresh container has no package lists at
 * all: they are fetched before apt is believed.
 */
export async function unknownPackages(apt, packages) {
  let simulation = simulate(apt, packages);
  if (simulation.status !== 0 && !apt.isUpdated) {
    await update(apt);
    simulation = simulate(apt, packages);
  }
  // Words of apt's own (apt-pkg/cacheset.cc, apt-private/private-cacheset.cc).
  const complaints = simulation.stderr?.matchAll(
    /Unable to locate package (\S+)|Package '(\S+)' has no installation candidate/g,
  );
  const unknown = [...(complaints ?? [])].map(([, located, candidate]) => located ?? candidate);
  return packages.filter((one) => unknown.includes(one));
}

/** Installs `packages`, or throws a `SetupError` with the command to try by hand. */
export async function installPackages(apt, packages) {
  let end = await install(apt, packages);
  if (end.isDone) return;
  // Lists that are old name versions that the archive has no more.
  if (!apt.isUpdated && (await update(apt))) end = await install(apt, packages);
  if (end.isDone) return;
  if (end.words !== "") console.log(end.words);
  throw new SetupError(
    `apt-get could not install ${packages.join(" ")}: see its own words above.\n` +
      `  to try again by hand: ${[...apt.prefix, "apt-get", "install", ...packages].join(" ")}`,
  );
}

/** Installs `packages` if that can be done; whether it did. */
export async function tryInstallPackages(apt, packages) {
  if (simulate(apt, packages).status !== 0) return false;
  const end = await install(apt, packages);
  if (!end.isDone && end.words !== "") console.log(end.words);
  return end.isDone;
}

function simulate({ path, prefix }, packages) {
  const [file, ...rest] = [...prefix, ...aptInstall, "--simulate", "-qq", ...packages];
  return spawnSync(file, rest, {
    env: { ...process.env, PATH: path },
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    timeout: installLimitMs,
  });
}

function install(apt, packages) {
  const words = [...aptInstall, "-o", "APT::Status-Fd=3", "-y", "-q", ...packages];
  return run(apt, words, readStatus);
}

async function update(apt) {
  apt.isUpdated = true;
  console.log("set-up: fetching apt's package lists");
  const end = await run(apt, ["apt-get", "update", "-q"], () => undefined);
  if (!end.isDone && end.words !== "") console.log(end.words);
  return end.isDone;
}

/** A line of apt's status (README.progress-reporting): "dlstatus:3:12.5:Retrieving file 3 of 9". */
function readStatus(line) {
  const [, kind, percent] = /^(dl|pm)status:[^:]*:([\d.]+):/.exec(line) ?? [];
  if (kind === undefined) return undefined;
  const what = kind === "dl" ? "downloading packages" : "installing packages";
  return `set-up: ${what}, ${Math.floor(Number(percent))} %`;
}

function run({ path, prefix }, words, progressOf) {
  const options = { env: { ...process.env, PATH: path }, limitMs: installLimitMs };
  return runWithProgress([...prefix, ...words], options, progressOf);
}
