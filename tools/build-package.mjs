#!/usr/bin/env node
/**
 * Builds `dist/` for the package, from nothing, or the folder that is named as the one argument:
 * compiled JavaScript with its types, and the data files that it reads. The comments are in the
 * types alone, where editors look for them, and of the types only those that users can reach;
 * indented by tabs it is an eighth smaller. Ends with an error when something that package.json
 * promises is missing.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { keepPublicTypes } from "./public-types.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = resolve(process.argv[2] ?? join(root, "dist"));
/** Where it is made: Biome formats nothing below a `node_modules`. */
const workshop = mkdtempSync(join(tmpdir(), "bringup-build-"));
process.on("exit", () => rmSync(workshop, { recursive: true, force: true }));
const limitMs = 5 * 60_000;

rmSync(dist, { recursive: true, force: true });
// The second pass checks the types; once is enough.
const passes = [
  ["--removeComments", "--declaration", "false", "--noCheck"],
  ["--emitDeclarationOnly"],
];
const compiler = ["-p", "tsconfig.build.json", "--outDir", workshop];
if (!passes.every((options) => run("typescript", "tsc", [...compiler, ...options]))) {
  console.error(`build: mend the type errors above; there is no ${dist}`);
  process.exit(1);
}
copyData();
keepPublicTypes(workshop, entriesOfTypes());
const layout = ["--indent-style=tab", "--line-width=160", "--vcs-enabled=false"];
const quietly = ["format", "--write", "--log-level=error"];
if (!run("@biomejs/biome", "biome", [...quietly, ...layout, workshop])) {
  console.error(`build: see above why it cannot be indented; there is no ${dist}`);
  process.exit(1);
}
cpSync(workshop, dist, { recursive: true });
const missing = missingTargets();
if (missing.length > 0) {
  console.error(`build: package.json names files that were not built: ${missing.join(", ")}`);
  process.exit(1);
}

/** Runs a program of a package that this project depends on. @returns whether it succeeded. */
function run(name, program, options) {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const path = join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin[program]);
  const result = spawnSync(process.execPath, [path, ...options], {
    cwd: root,
    stdio: ["inherit", 2, "inherit"],
    timeout: limitMs,
  });
  return result.status === 0;
}

/** The compiler copies neither data that is read at run time nor what is JavaScript already. */
function copyData() {
  for (const path of readdirSync(join(root, "harness"), { recursive: true })) {
    if (/\.(json|mjs|d\.mts)$/.test(path))
      cpSync(join(root, "harness", path), join(workshop, path));
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

/** The declarations that package.json names, as paths below `dist/`. */
function entriesOfTypes() {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const named = targetsOf(manifest.exports).filter((target) => target.endsWith(".d.ts"));
  return named.map((target) => target.slice("./dist/".length));
}

/** The sources are for this repository alone and are not in the package. */
function targetsOf(entry) {
  if (entry === undefined) return [];
  if (typeof entry === "string") return [entry];
  return Object.entries(entry)
    .filter(([condition]) => condition !== "bringup-source")
    .flatMap(([, inner]) => targetsOf(inner));
}
