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
    ["prose", "Notes\n"],
    ["other XML", '<?xml version="1.0"?>\n<project>\n<testsuites/></project>'],
    ["a root that begins alike", "<testsuitesarchive/>"],
    ["blanks, which may be meant", "\n\n"],
    ["bytes", "\0\u0001\u0002"],
  ])("is neither removed nor replaced: %s", (_what, text) => {
    const file = join(directory, text.includes("<") ? "notes.xml" : "notes");
    writeFileSync(file, text);
    expect(() => removeReport(file)).toThrow(/cannot remove .*: what is there is no JUnit report/);
    expect(() => writeReport(file, report)).toThrow(HostError);
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(readdirSync(directory)).toHaveLength(1);
  });

  test("stays where a link leads to it, and where it is a device", () => {
    const theirs = join(directory, "theirs");
    const file = join(directory, "junit.xml");
    for (const text of ["data", "<project/>", report]) {
      writeFileSync(theirs, text);
      symlinkSync(theirs, file);
      if (text === "<project/>") expect(() => writeReport(file, report)).toThrow(HostError);
      else writeReport(file, `${report}new`);
      expect(readFileSync(theirs, "utf8")).toBe(text);
      rmSync(file);
    }
    symlinkSync("/dev/null", file);
    expect(() => removeReport(file)).toThrow(HostError);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
  });

  test("beside it stays as it is, whatever it is called", () => {
    const file = join(directory, "junit.xml");
    const theirs = ["junit.xml.bak", "junit.xml.partial", `junit.xml.${process.pid}.partial`, "x"];
    for (const name of theirs) writeFileSync(join(directory, name), "data");
    writeReport(file, report);
    removeReport(file);
    expect(readdirSync(directory).sort()).toEqual(theirs.sort());
    for (const name of theirs) expect(readFileSync(join(directory, name), "utf8")).toBe("data");
  });
});

test.each([
  ["nothing", ""],
  ["the report of another program", "<!-- mocha -->\n<testsuite name='x'>\n</testsuite>"],
  ["one with a mark of its encoding", `\uFEFF${report}`],
  ["half of one", "?xml version"],
])("a report may take the place of %s", (_what, text) => {
  const file = join(directory, "junit.xml");
  writeFileSync(file, text);
  writeReport(file, report);
  expect(readFileSync(file, "utf8")).toBe(report);
});
