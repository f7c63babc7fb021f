import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { completeLockfile } from "../../tools/complete-lockfile.mjs";

test("an optional package that npm left out is added as npm would write it", () => {
  const lockfile = {
    packages: {
      "": { optionalDependencies: { direct: "1.0.0" } },
      "node_modules/tool": {
        dev: true,
        optionalDependencies: { "@t/cli-linux-arm64-musl": "2.0.0", "@t/cli-win32-x64": "2.0.0" },
      },
    },
  };
  const added = ["node_modules/direct", "node_modules/@t/cli-linux-arm64-musl"];
  expect(completeLockfile(lockfile)).toEqual([...added, "node_modules/@t/cli-win32-x64"]);
  expect(lockfile.packages).toEqual({
    "": { optionalDependencies: { direct: "1.0.0" } },
    "node_modules/@t/cli-linux-arm64-musl": {
      version: "2.0.0",
      cpu: ["arm64"],
      dev: true,
      libc: ["musl"],
      optional: true,
      os: ["linux"],
    },
    "node_modules/@t/cli-win32-x64": {
      version: "2.0.0",
      cpu: ["x64"],
      dev: true,
      optional: true,
      os: ["win32"],
    },
    "node_modules/direct": { version: "1.0.0", optional: true },
    "node_modules/tool": expect.anything(),
  });
  expect(completeLockfile(lockfile)).toEqual([]);
});

test("what is there, wherever Node would find it, stays as it is", () => {
  const packages = {
    "node_modules/a/node_modules/b": { optionalDependencies: { c: "1.0.0", d: "1.0.0" } },
    "node_modules/a/node_modules/c": { version: "3.0.0" },
    "node_modules/d": { version: "4.0.0" },
  };
  expect(completeLockfile({ packages: { ...packages } })).toEqual([]);
});

test("a range is left alone: only a registry knows the version", () => {
  const packages = { "node_modules/a": { optionalDependencies: { fsevents: "~2.3.2" } } };
  expect(completeLockfile({ packages })).toEqual([]);
});

test("the repository's own lockfile is complete: else run node tools/complete-lockfile.mjs", () => {
  const file = join(dirname(dirname(import.meta.dirname)), "package-lock.json");
  expect(completeLockfile(JSON.parse(readFileSync(file, "utf8")))).toEqual([]);
});
