/** What is in the tarball. */
import { builtinModules } from "node:module";
import { homedir } from "node:os";
import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { importedNames, parse } from "../../tools/syntax.ts";
import type { PackedPackage } from "./packed-package.ts";
import { repository } from "./stranger.ts";

/** An eighth of it are the types of all QMP commands and events; each file costs 512 bytes more. */
const packedLimitBytes = 448 * 1024;
const unpackedLimitBytes = 1536 * 1024;

export function describeContents(getPackage: () => PackedPackage): void {
  describe("the tarball", () => describeFiles(getPackage));
  describe("the compiled code", () => describeCode(getPackage));
}

function describeFiles(getPackage: () => PackedPackage): void {
  test("holds the compiled rooms, the documentation, and nothing else", () => {
    const shapes = getPackage().files.map((path) =>
      path
        .replace(/^dist\/\w+\/.+?(\.d\.m?ts|\.m?js|\.json)$/, "dist/<room>/*$1")
        .replace(/^docs\/.+(\.\w+)$/, "docs/*$1"),
    );
    expect([...new Set(shapes)].sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.ja.md",
      "README.md",
      "dist/<room>/*.d.ts",
      "dist/<room>/*.js",
      "dist/<room>/*.json",
      "dist/<room>/*.mjs",
      "docs/*.md",
      "package.json",
    ]);
  });

  test("is small", () => {
    expect(getPackage().sizeBytes).toBeLessThan(packedLimitBytes);
    expect(getPackage().unpackedBytes).toBeLessThan(unpackedLimitBytes);
  });

  test("has what package.json names, under every condition but that of our own tests", () => {
    const { exports } = manifestOf(getPackage());
    const named = targets(exports);
    expect(named.length).toBeGreaterThan(6);
    expect(named.filter((path) => !getPackage().files.includes(path.slice(2)))).toEqual([]);
  });

  test("runs no script at installation", () => {
    const { scripts } = manifestOf(getPackage());
    const run = ["preinstall", "install", "postinstall", "prepare"];
    expect(run.filter((name) => name in scripts)).toEqual([]);
  });
}

function describeCode(getPackage: () => PackedPackage): void {
  const compiledText = (file: string) => (file.endsWith(".js") ? getPackage().read(file) : "");

  test("imports only what is in it, or what it depends on", () => {
    const { name, dependencies, peerDependencies } = manifestOf(getPackage());
    const known = new Set([name, ...Object.keys({ ...dependencies, ...peerDependencies })]);
    const lost = importsOf(getPackage()).filter(({ file, specifier }) => {
      if (specifier.startsWith(".")) {
        return !candidates(file, specifier).some((path) => getPackage().files.includes(path));
      }
      return !known.has(packageOf(specifier)) && !isBuiltin(specifier);
    });
    expect(lost).toEqual([]);
  });

  test("has the files that its code looks for beside itself", () => {
    const lost = getPackage().files.filter((file) =>
      [...compiledText(file).matchAll(/new URL\("([^"]+)", import\.meta\.url\)/g)].some(
        ([, path = ""]) => !getPackage().files.includes(posix.join(posix.dirname(file), path)),
      ),
    );
    expect(lost).toEqual([]);
  });

  test("was compiled without traces of the computer, and without source maps", () => {
    const traces = [repository, homedir(), "sourceMappingURL"];
    const compiled = getPackage().files.filter((path) => path.startsWith("dist/"));
    const telling = compiled
      .map((path) => ({ path, text: getPackage().read(path) }))
      .flatMap(({ path, text }) =>
        traces.filter((trace) => text.includes(trace)).map((trace) => `${path}: ${trace}`),
      );
    expect(telling).toEqual([]);
  });
}

interface Manifest {
  readonly name: string;
  readonly exports: unknown;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

function manifestOf(packed: PackedPackage): Manifest {
  return JSON.parse(packed.read("package.json"));
}

function targets(entry: unknown): string[] {
  if (typeof entry === "string") return [entry];
  return Object.entries(entry as object)
    .filter(([condition]) => condition !== "bringup-source")
    .flatMap(([, inner]) => targets(inner));
}

function importsOf(packed: PackedPackage): { file: string; specifier: string }[] {
  return packed.files
    .filter((file) => /\.(js|d\.ts)$/.test(file))
    .flatMap((file) =>
      importedNames(parse(file, packed.read(file)).program).map(({ specifier }) => ({
        file,
        specifier,
      })),
    );
}

/** TypeScript leaves `./a.ts` in declarations, where it means `./a.d.ts`. */
function candidates(file: string, specifier: string): string[] {
  const path = posix.join(posix.dirname(file), specifier);
  if (!file.endsWith(".d.ts")) return [path];
  return [path.replace(/\.([cm]?)[jt]s$/, ".d.$1ts"), ...(path.endsWith(".json") ? [path] : [])];
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith("node:") && builtinModules.includes(specifier.slice(5));
}
