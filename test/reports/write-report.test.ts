/** Reports on disk. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HostError } from "../../harness/evidence/index.ts";
import { removeReport, writeReport } from "../../harness/reports/index.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "bringup-reports-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("makes the folders, replaces an older report and leaves nothing beside it", () => {
  const file = join(directory, "a/b/junit.xml");
  writeReport(file, "old");
  writeReport(file, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(readdirSync(join(directory, "a/b"))).toEqual(["junit.xml"]);
});

test("removing a report that is not there is no error", () => {
  const file = join(directory, "junit.xml");
  writeReport(file, "text");
  removeReport(file);
  removeReport(file);
  expect(readdirSync(directory)).toEqual([]);
});

test("a refusal names the file and what to do, and leaves no partial file", () => {
  const blocker = join(directory, "blocker");
  writeFileSync(blocker, "");
  const file = join(blocker, "junit.xml");
  const call = () => writeReport(file, "text");
  expect(call).toThrow(HostError);
  expect(call).toThrow(`cannot write the report ${file}; choose a path in a folder that you may`);
  expect(() => removeReport(file)).toThrow(`cannot remove the report ${file}`);
  expect(readdirSync(directory)).toEqual(["blocker"]);
});

test("a report cannot take the place of a folder", () => {
  expect(() => writeReport(directory, "text")).toThrow(HostError);
  const beside = readdirSync(dirname(directory));
  expect(beside.filter((name) => name.startsWith(basename(directory)))).toEqual([
    basename(directory),
  ]);
});
