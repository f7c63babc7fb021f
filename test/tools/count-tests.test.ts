import { expect, test } from "vitest";
import { countTests, formatCounts, type VitestReport } from "../../tools/count-tests.ts";

const green: VitestReport = {
  numPassedTests: 2,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: "passed", assertionResults: [{ status: "passed" }] }],
};
const brokenFile = { status: "failed", assertionResults: [] };

test.each<[string, VitestReport | undefined, number | undefined, string]>([
  ["all green", green, 0, "2 passed, 0 failed"],
  [
    "skipped ones",
    { ...green, numPendingTests: 1, numTodoTests: 2 },
    0,
    "2 passed, 0 failed, 3 skipped",
  ],
  ["a red test", { ...green, numFailedTests: 3 }, 1, "2 passed, 3 failed"],
  [
    "a file that cannot be loaded",
    { ...green, testResults: [brokenFile] },
    1,
    "2 passed, 1 failed",
  ],
  ["an error outside every test", green, 1, "2 passed, 1 failed"],
  ["vitest ended by a signal", green, undefined, "2 passed, 1 failed"],
  ["no report", undefined, 0, "0 passed, 1 failed"],
  ["no test", { ...green, numPassedTests: 0, testResults: [] }, 0, "0 passed, 1 failed"],
])("%s", (_name, report, exitCode, expected) => {
  expect(formatCounts(countTests(report, exitCode))).toBe(expected);
});

test("a file with a red test is not counted twice", () => {
  const file = { status: "failed", assertionResults: [{ status: "failed" }] };
  const report = { ...green, numFailedTests: 1, testResults: [file] };
  expect(countTests(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 0 });
});
