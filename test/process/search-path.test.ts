import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { findOnPath, listOnPath } from "../../harness/process/index.ts";
import { findProgram } from "../../harness/process/search-path.ts";
import { temporaryDirectory } from "./owner-process.ts";

test("a program is found in the absolute directories of PATH alone", () => {
  const directory = temporaryDirectory();
  symlinkSync("/bin/true", join(directory, "tool"));
  mkdirSync(join(directory, "folder"));
  writeFileSync(join(directory, "plain"), "");
  chmodSync(join(directory, "plain"), 0o644);
  const here = relative(process.cwd(), directory);
  expect(findOnPath("tool", `/nowhere:${directory}`)).toBe(join(directory, "tool"));
  for (const path of [here, `:${here}`, ".", "", undefined]) {
    expect(findOnPath("tool", path)).toBeUndefined();
    expect(listOnPath(/^tool$/, path)).toEqual([]);
  }
  expect(findOnPath("folder", directory)).toBeUndefined();
  expect(findOnPath("plain", directory)).toBeUndefined();
  expect(listOnPath(/./, directory)).toEqual([join(directory, "tool")]);
  // A path that somebody wrote is taken as it is.
  expect(findProgram(join(here, "tool"), "")).toBe(join(here, "tool"));
});
