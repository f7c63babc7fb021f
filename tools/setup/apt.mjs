/** Installs packages through apt. Node 20, no dependencies. */
import { spawnSync } from "node:child_process";
import { SetupError } from "./setup-error.mjs";

/** Another process may hold dpkg's lock: unattended upgrades do, for minutes. */
const dpkgLockTimeoutSeconds = 600;
/** A large download on a slow line; far beyond that, something hangs. */
const installLimitMs = 30 * 60_000;

/** `env` carries variables through sudo, which drops them otherwise. */
const aptInstall = [
  "env",
  "DEBIAN_FRONTEND=noninteractive",
  "LC_ALL=C",
  "apt-get",
  "install",
  "--no-install-recommends",
  "-o",
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
export function unknownPackages(apt, packages) {
  let simulation = simulate(apt, packages);
  if (simulation.status !== 0 && !apt.isUpdated) {
    update(apt);
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
export function installPackages(apt, packages) {
  if (install(apt, packages)) return;
  // Lists that are old name versions that the archive has no more.
  if (!apt.isUpdated && update(apt) && install(apt, packages)) return;
  throw new SetupError(
    `apt-get could not install ${packages.join(" ")}: see its own words above.\n` +
      `  to try again by hand: ${[...apt.prefix, "apt-get", "install", ...packages].join(" ")}`,
  );
}

/** Installs `packages` if that can be done; whether it did. */
export function tryInstallPackages(apt, packages) {
  return simulate(apt, packages).status === 0 && install(apt, packages);
}

function simulate(apt, packages) {
  return run(apt, [...aptInstall, "--simulate", "-qq", ...packages], ["ignore", "ignore", "pipe"]);
}

function install(apt, packages) {
  return run(apt, [...aptInstall, "-y", "-q", ...packages], toUser).status === 0;
}

function update(apt) {
  apt.isUpdated = true;
  return run(apt, ["apt-get", "update"], toUser).status === 0;
}

const toUser = ["ignore", "inherit", "inherit"];

function run({ path, prefix }, words, stdio) {
  const [file, ...rest] = [...prefix, ...words];
  return spawnSync(file, rest, {
    env: { ...process.env, PATH: path },
    stdio,
    encoding: "utf8",
    timeout: installLimitMs,
  });
}
