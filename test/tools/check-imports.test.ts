import { describe, expect, test } from "vitest";
import { importViolations, rooms } from "../../tools/check-imports.ts";

function judge(path: string, text: string): string[] {
  return importViolations([{ path, text }]).map(({ line, message }) => `${line}: ${message}`);
}

describe("a room may import", () => {
  test.each([
    ["its own files", "harness/qmp/client.ts", 'import { a } from "./wire.ts";'],
    ["a room above it", "harness/qmp/client.ts", 'import { a } from "../evidence/index.ts";'],
    ["data of a room above it", "harness/machine/a.ts", 'import a from "../host/a.json";'],
    ["Node", "harness/qmp/client.ts", 'import { open } from "node:fs/promises";'],
    ["vitest, where it belongs", "harness/matchers/a.ts", 'import type { A } from "vitest/node";'],
    ["execa, where it belongs", "harness/process/start.ts", 'import { execa } from "execa";'],
    ["words in strings", "harness/qmp/a.ts", "const a = 'import x from \"vitest\"'; // vitest"],
  ])("%s", (_name, path, text) => {
    expect(judge(path, text)).toEqual([]);
  });
});

describe("a room must not import", () => {
  test.each([
    [
      "a room below it",
      'import { a } from "../serial/index.ts";',
      "qmp must not import from serial, a room below it: hand it what it needs",
    ],
    [
      "the inside of a room above it",
      'export * from "../evidence/errors.ts";',
      "import from harness/evidence/index.ts instead of harness/evidence/errors.ts",
    ],
    [
      "tests",
      'const a = await import("../../test/qmp/fake.ts");',
      'the harness must not import "../../test/qmp/fake.ts" from outside harness/',
    ],
    [
      "what lies outside the rooms",
      'import { a } from "../index.ts";',
      'a room must not import "../index.ts", which lies outside the rooms',
    ],
    [
      "a file without its extension",
      'import { a } from "./wire";',
      '"./wire" must name the file with its extension',
    ],
    [
      "itself by name",
      'import { a } from "bringup/machine";',
      "the harness must not import itself by its name",
    ],
    [
      "vitest",
      'type A = import("vitest").Test;',
      'only vitest, plugin, matchers may import "vitest": ' +
        "scripts and the command line run without vitest",
    ],
    [
      "child_process",
      'import { spawn } from "node:child_process";',
      'only process may import "node:child_process": ' +
        "a program that is started must also be ended, and only that room does",
    ],
    [
      "execa",
      'import { execa } from "execa";',
      'only process may import "execa": a program that is started must also be ended',
    ],
  ])("%s", (_name, text, message) => {
    expect(judge("harness/qmp/client.ts", `// The client.\n${text}\n`)).toEqual([`2: ${message}`]);
  });
});

test("set-up alone takes the plain JavaScript of a room, which needs no newer Node", () => {
  const text = 'import { a } from "../../harness/host/a.mjs";';
  expect(judge("tools/setup/a.mjs", text)).toEqual([]);
  expect(judge("tools/bench/a.ts", text)).toHaveLength(1);
  expect(judge("tools/setup/a.mjs", text.replace("a.mjs", "a.ts"))).toHaveLength(1);
});

test("each room may import all rooms above it and none below it", () => {
  for (const [from, room] of rooms.entries()) {
    const allowed = rooms.filter(
      (other) => judge(`harness/${room}/a.ts`, `import "../${other}/index.ts";`).length === 0,
    );
    expect(allowed).toEqual(rooms.slice(0, from + 1));
  }
});

test("a folder that is no room is named", () => {
  expect(judge("harness/stuff/a.ts", "")).toEqual([
    "1: harness/stuff is no room of the house: add it to the table in its place",
  ]);
});

test("harness/index.ts only re-exports", () => {
  const text = 'export * from "./qmp/index.ts";\nexport { a } from "./qmp/a.ts";\nlet b = 1;\n';
  expect(judge("harness/index.ts", text)).toEqual([
    "3: harness/index.ts only re-exports",
    "2: import from harness/qmp/index.ts instead of harness/qmp/a.ts",
  ]);
});

test("tests look into rooms, tools use their doors", () => {
  const text = 'import { a } from "../../harness/qmp/wire.ts";';
  expect(judge("test/qmp/wire.test.ts", text)).toEqual([]);
  expect(judge("tools/demo.ts", 'import { a } from "../harness/qmp/wire.ts";')).toEqual([
    "1: import from harness/qmp/index.ts instead of harness/qmp/wire.ts",
  ]);
  expect(judge("docs/page.md", text)).toEqual([]);
});

test("a file that is no program is named", () => {
  expect(() => judge("harness/qmp/a.ts", "import {")).toThrow(/^harness\/qmp\/a\.ts: /);
});
