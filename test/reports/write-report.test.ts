/** Reports on disk. */
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HostError } from "../../harness/evidence/index.ts";
import { removeReport, writeReport } from "../../harness/reports/index.ts";

const report = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites/>\n';
let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "bringup-reports-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("makes the folders, replaces an older report and leaves nothing beside it", () => {
  const file = join(directory, "a/b/junit.xml");
  writeReport(file, report);
  writeReport(file, `${report}new`);
  expect(readFileSync(file, "utf8")).toBe(`${report}new`);
  expect(readdirSync(join(directory, "a/b"))).toEqual(["junit.xml"]);
});

test("removing a report that is not there is no error", () => {
  const file = join(directory, "junit.xml");
  writeReport(file, report);
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

describe("what is no report", () => {
  test.each([
    ["prose", "# Notes\n<testsuites>\n"],
    ["other XML", '<?xml version="1.0"?>\n<project>\n<testsuites/></project>'],
    ["a root that begins alike", "<testsuitesarchive/>"],
    ["blanks, which may be meant", "\n\n"],
    ["bytes", "\0\u0001\u0002"],
  ])("is neither removed nor replaced: %s", (_what, text) => {
    const file = join(directory, "notes");
    writeFileSync(file, text);
    expect(() => removeReport(file)).toThrow(/cannot remove .*: what is there is no JUnit report/);
    expect(() => writeReport(file, report)).toThrow(HostError);
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(readdirSync(directory)).toEqual(["notes"]);
  });

  test("is not removed either where it is a link to somebody's file, or a device", () => {
    const theirs = join(directory, "theirs");
    writeFileSync(theirs, "data");
    const file = join(directory, "junit.xml");
    symlinkSync(theirs, file);
    expect(() => removeReport(file)).toThrow(HostError);
    expect(readdirSync(directory).sort()).toEqual(["junit.xml", "theirs"]);
    rmSync(file);
    symlinkSync("/dev/null", file);
    expect(() => removeReport(file)).toThrow(HostError);
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});

test.each([
  ["nothing", ""],
  ["the report of another program", "<!-- mocha -->\n<testsuite name='x'>\n</testsuite>"],
  ["one with a mark of its encoding", `\uFEFF${report}`],
])("a report may take the place of %s", (_what, text) => {
  const file = join(directory, "junit.xml");
  writeFileSync(file, text);
  writeReport(file, report);
  expect(readFileSync(file, "utf8")).toBe(report);
});
