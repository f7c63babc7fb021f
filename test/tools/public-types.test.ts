/** Which declarations the package keeps. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { keepPublicTypes } from "../../tools/public-types.ts";

/** What is left of `files`, whose entry is `a/index.d.ts`. */
function keptOf(files: Readonly<Record<string, string>>): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "bringup-types-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  keepPublicTypes(folder, ["a/index.d.ts"]);
  const paths = readdirSync(folder, { encoding: "utf8", recursive: true });
  const left = paths.filter((path) => path.endsWith(".ts")).sort();
  return Object.fromEntries(left.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

test("keeps what an entry exports, what that names, and the words before it", () => {
  const kept = keptOf({
    "a/index.d.ts": 'export { type Shown, show } from "../b/index.ts";\n',
    "b/index.d.ts":
      'export { hidden, type Shown, show } from "./b.ts";\nexport type { Other } from "./c.ts";\n',
    "b/b.d.ts": `/** The room. */
import type { Readable } from "node:stream";
import type { Named, Other } from "./c.ts";
/** Shown to users. */
export interface Shown {
    readonly named: Named;
}
/** Hidden from them. */
export declare const hidden: Other, hiddenToo: Readable;
interface Local {
    readonly all: Shown;
}
export declare function show(local: Local): void;
export declare function show(): void;
export {};
`,
    "b/c.d.ts":
      "export type Named = Deep | string;\ntype Deep = 5;\nexport declare class Other {\n}\n",
    "b/d.d.ts": 'import "./c.ts";\nexport declare const lonely: 1;\n',
  });
  expect(kept).toEqual({
    "a/index.d.ts": 'export { type Shown, show } from "../b/index.ts";\n',
    "b/index.d.ts": 'export { type Shown, show } from "./b.ts";\n',
    "b/b.d.ts": `import type { Named } from "./c.ts";
/** Shown to users. */
export interface Shown {
    readonly named: Named;
}
interface Local {
    readonly all: Shown;
}
export declare function show(local: Local): void;
export declare function show(): void;
export {};
`,
    "b/c.d.ts": "export type Named = Deep | string;\ntype Deep = 5;\n",
  });
});

test("follows a module that is imported whole, and names of other packages stay", () => {
  const kept = keptOf({
    "a/index.d.ts": `import type { Readable } from "node:stream";
import * as all from "./all.ts";
export declare function read(from: Readable): typeof all;
`,
    "a/all.d.ts": "export declare const one: 1;\nexport declare const two: 2;\n",
  });
  expect(Object.keys(kept)).toEqual(["a/all.d.ts", "a/index.d.ts"]);
  expect(kept["a/all.d.ts"]).toContain("two: 2");
  expect(kept["a/index.d.ts"]).toContain('from "node:stream"');
});

test.each([
  ["export * from", 'export * from "./b.ts";', "cannot tell what a ExportAllDeclaration declares"],
  ["a name that is nowhere", 'export { a } from "./b.ts";', 'declares no "a"'],
  ["a file that is nowhere", 'export { a } from "./c.ts";', "there is no "],
])("loses nothing in silence: %s", (_, index, words) => {
  expect(() => keptOf({ "a/index.d.ts": index, "a/b.d.ts": "export {};" })).toThrow(words);
});

test("leaves out what only subclasses see, and how only we make an object", () => {
  const kept = keptOf({
    "a/index.d.ts": `import type { Hooks } from "./hooks.ts";
export declare abstract class Port {
    readonly name: string;
    protected readonly hooks: Hooks;
    constructor(hooks: Hooks);
    protected answer(): Hooks;
}
export declare class Plain {
    constructor(name: string);
}
export interface ReporterOptions {
}
export declare class Reporter {
    constructor(options: ReporterOptions);
}
export declare class OddError extends Error {
    constructor(options?: ErrorOptions);
}
`,
    "a/hooks.d.ts": "export interface Hooks {\n}\n",
  });
  expect(Object.keys(kept)).toEqual(["a/index.d.ts"]);
  expect(kept["a/index.d.ts"]?.replaceAll(/\s+/g, " ")).toBe(
    "export declare abstract class Port { readonly name: string; protected constructor(); } " +
      "export declare class Plain { constructor(name: string); } " +
      "export interface ReporterOptions { } " +
      "export declare class Reporter { constructor(options: ReporterOptions); } " +
      "export declare class OddError extends Error { constructor(options?: ErrorOptions); } ",
  );
});
