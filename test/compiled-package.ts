/**
 * The package as users import it, compiled once for all tests that run vitest on a project of
 * their own: `node test/compiled-package.ts`. Importing the sources there instead would have every
 * such run transform some 400 files.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

const repository = join(import.meta.dirname, "..");
/** Below `node_modules`, so that vitest imports it as it is, and finds its dependencies above. */
const cache = join(repository, "node_modules/.cache/bringup-packages");
const buildLimitMs = 2 * 60_000;
const unusedLimitMs = 24 * 60 * 60 * 1000;
const inputs = [
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "tools/build-package.mjs",
  "tools/public-types.ts",
];

/**
 * The folder of the package (with `package.json` and `dist/`), made from the sources as they are
 * now, whoever has compiled them.
 * @throws Error with the compiler's words.
 */
export async function compiledPackage(): Promise<string> {
  const place = join(cache, hashOfSources());
  if (existsSync(place)) {
    await utimes(place, new Date(), new Date());
    return place;
  }
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(join(cache, "temporary-"));
  await build(join(temporary, "dist"));
  cpSync(join(repository, "package.json"), join(temporary, "package.json"));
  // Two may compile at the same time; the second keeps what the first has put there.
  await rename(temporary, place).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    await rm(temporary, { recursive: true, force: true });
  });
  await removeUnused();
  return place;
}

function hashOfSources(): string {
  const hash = createHash("sha256");
  const harness = readdirSync(join(repository, "harness"), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.\w+$/.test(path))
    .map((path) => join("harness", path));
  for (const path of [...inputs, ...harness.sort()]) {
    hash.update(`${path}\0`).update(readFileSync(join(repository, path)));
  }
  return hash.digest("hex").slice(0, 16);
}

async function build(dist: string): Promise<void> {
  const words = [join(repository, "tools/build-package.mjs"), dist];
  const result = await execa("node", words, { all: true, reject: false, timeout: buildLimitMs });
  if (result.failed) throw new Error(`the package does not compile:\n${result.all}`);
}

/** What other sources gave, and what an interrupted build left: after a day. */
async function removeUnused(): Promise<void> {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const information = await stat(path).catch(() => undefined);
    if (information === undefined || Date.now() - information.mtimeMs < unusedLimitMs) continue;
    await rm(path, { recursive: true, force: true });
  }
}

if (import.meta.main) await compiledPackage();
