#!/usr/bin/env node
/**
 * Adds to package-lock.json the packages for other platforms that npm left out: run it after every
 * `npm install`. npm records no optional dependency that the registry did not have at that moment;
 * `npm ci` of npm 11.14 and newer then refuses the lockfile (https://github.com/npm/cli/issues/9846),
 * and on those platforms the program would be missing. Versions are exact in the packages that
 * depend on them, so that nothing has to be asked of a registry; the integrity stays unknown.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const systems = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const processors = ["arm", "arm64", "ia32", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/**
 * Adds the missing entries to `lockfile` (the parsed package-lock.json, version 2 or 3) and returns
 * their paths. A dependency whose version is a range is left alone: only a registry knows it.
 */
export function completeLockfile(lockfile) {
  const added = [];
  for (const [owner, entry] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isPresent(lockfile.packages, owner, name) || !/^\d+\.\d+\.\d+[\w.-]*$/.test(version))
        continue;
      const path = `node_modules/${name}`;
      const isDevelopment = owner !== "" && (entry.dev === true || entry.devOptional === true);
      lockfile.packages[path] = { version, ...describe(name, isDevelopment) };
      added.push(path);
    }
  }
  lockfile.packages = Object.fromEntries(
    Object.entries(lockfile.packages).sort(([one], [other]) => one.localeCompare(other, "en")),
  );
  return added;
}

/** Looks where Node would: next to the owner, then in each directory above it. */
function isPresent(packages, owner, name) {
  const parts = owner === "" ? [] : owner.split("/node_modules/");
  for (let depth = parts.length; depth >= 0; depth--) {
    const above = parts.slice(0, depth).join("/node_modules/");
    if (packages[`${above === "" ? "" : `${above}/`}node_modules/${name}`] !== undefined)
      return true;
  }
  return false;
}

/** What a name tells of its platform ("@biomejs/cli-linux-arm64-musl"), in npm's order. */
function describe(name, isDevelopment) {
  const words = name.split(/[/-]/);
  const cpu = processors.filter((processor) => words.includes(processor));
  const os = systems.filter((system) => words.includes(system));
  return {
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(isDevelopment ? { dev: true } : {}),
    ...(words.some((word) => word.startsWith("musl")) ? { libc: ["musl"] } : {}),
    optional: true,
    ...(os.length > 0 ? { os } : {}),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(dirname(dirname(fileURLToPath(import.meta.url))), "package-lock.json");
  const lockfile = JSON.parse(readFileSync(file, "utf8"));
  const added = completeLockfile(lockfile);
  if (added.length > 0) writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`);
  console.log(`package-lock.json: added ${added.length} packages for other platforms`);
}
