#!/usr/bin/env node
/**
 * Builds `dist/` for the package, from nothing, or the folder that is named as the one argument:
 * compiled JavaScript with its types, and the data files that it reads. The comments are in the
 * types alone, where editors look for them. Ends with an error when something that package.json
 * promises is missing.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = resolve(process.argv[2] ?? join(root, "dist"));
const compileLimitMs = 5 * 60_000;

rmSync(dist, { recursive: true, force: true });
// The second pass checks the types; once is enough.
const passes = [
  ["--removeComments", "--declaration", "false", "--noCheck"],
  ["--emitDeclarationOnly"],
];
if (!passes.every(compile)) {
  console.error(`build: mend the type errors above; ${dist} is not complete`);
  process.exit(1);
}
copyData();
const missing = missingTargets();
if (missing.length > 0) {
  console.error(`build: package.json names files that were not built: ${missing.join(", ")}`);
  process.exit(1);
}

function compile(options) {
  const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
  const compiler = join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.tsc);
  const words = [compiler, "-p", "tsconfig.build.json", "--outDir", dist, ...options];
  const result = spawnSync(process.execPath, words, {
    cwd: root,
    stdio: "inherit",
    timeout: compileLimitMs,
  });
  return result.status === 0;
}

/** The compiler copies neither data that is read at run time nor what is JavaScript already. */
function copyData() {
  for (const path of readdirSync(join(root, "harness"), { recursive: true })) {
    if (/\.(json|mjs|d\.mts)$/.test(path)) cpSync(join(root, "harness", path), join(dist, path));
  }
}

function missingTargets() {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const targets = [...targetsOf(manifest.exports), ...targetsOf(manifest.bin)];
  const compiled = targets.filter((target) => /^\.\/dist\//.test(target));
  const others = targets.filter((target) => !compiled.includes(target));
  return [
    ...compiled.filter((target) => !existsSync(join(dist, target.slice("./dist/".length)))),
    ...others.filter((target) => !existsSync(join(root, target))),
  ];
}

/** The sources are for this repository alone and are not in the package. */
function targetsOf(entry) {
  if (entry === undefined) return [];
  if (typeof entry === "string") return [entry];
  return Object.entries(entry)
    .filter(([condition]) => condition !== "bringup-source")
    .flatMap(([, inner]) => targetsOf(inner));
}
