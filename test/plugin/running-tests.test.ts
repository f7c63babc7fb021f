/** Which tests are taken to run, in whatever order vitest tells of them. */
import { expect, test } from "vitest";
import type { TestCase } from "vitest/node";
import { RunningTests } from "../../harness/plugin/running-tests.ts";

/** What is read of vitest's account of a test. */
function caseOf(id: string, state: "pending" | "passed"): TestCase {
  return {
    fullName: `boots ${id}`,
    id,
    module: { relativeModuleId: "boot.test.ts" },
    project: { name: "", config: { root: "/project" } },
    result: () => ({ state }),
  } as unknown as TestCase;
}

test("a test runs from its start to its end", () => {
  const tests = new RunningTests();
  tests.start(caseOf("1", "pending"), "/project");
  tests.start(caseOf("2", "pending"), "/project");
  tests.end(caseOf("1", "passed"));
  expect(tests.list.map(({ name }) => name)).toEqual(["boot.test.ts > boots 2"]);
});

test("a start that is told after the end is none", () => {
  const tests = new RunningTests();
  tests.end(caseOf("1", "passed"));
  tests.start(caseOf("1", "passed"), "/project");
  expect(tests.list).toEqual([]);
});
