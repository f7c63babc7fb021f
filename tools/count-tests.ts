/** What a run of vitest came to, from its JSON report and its exit status together. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The part of vitest's JSON report that is read; it follows Jest's. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * Counts the tests of `report`, which is `undefined` when vitest wrote none. What is no failed test
 * but failed all the same counts as one: a file that could not be loaded, a run that ended badly
 * although every test passed, no report, and a run without a single test.
 */
export function countTests(report: VitestReport | undefined, exitCode: number | undefined): Counts {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((result) => result.status === "failed"),
  ).length;
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  const failed = report.numFailedTests + brokenFiles;
  const endedBadly = exitCode !== 0 || passed === 0;
  return { passed, skipped, failed: failed === 0 && endedBadly ? 1 : failed };
}

/** "3 passed, 0 failed", with the skipped ones where there are any. */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  const text = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? text : `${text}, ${skipped} skipped`;
}

export function addCounts(one: Counts, other: Counts): Counts {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
}
