/** One test as vitest reports it, as plain data. */

import type { SerializedError, TestCase, TestModule, TestSuite } from "vitest/node";
import type { TestRecord } from "../evidence/index.ts";
import {
  type AnnotationReport,
  type AttachmentReport,
  type CaseAttempt,
  type CaseReport,
  type CaseState,
  type FailureReport,
  isSuperseded,
} from "../reports/index.ts";
import { cutAfter } from "../text/index.ts";
import { failureReport, shortPath } from "./failure-report.ts";

/**
 * Reads a test as it is now: from the task and never from events, because `--merge-reports`
 * replays no annotations or artifacts as events, while the tasks in the blobs hold everything.
 *
 * `ended` says why the process ends at once, if it does: workers send results in batches, so a test
 * without one may well have run.
 */
export function caseReport(test: TestCase, root: string, ended?: string): CaseReport {
  const diagnostic = test.diagnostic();
  const attempts = test.attempts().map(
    (attempt): CaseAttempt => ({
      retry: attempt.retryIndex,
      repeat: attempt.repeatIndex,
      state: attempt.state,
      durationMs: attempt.duration,
      failures: (attempt.errors ?? []).map((error) => failureReport(error, root)),
    }),
  );
  return {
    path: testPath(test),
    line: test.location?.line ?? null,
    // A test that skipped itself has no diagnostic, but it has an attempt.
    startedAt: diagnostic?.startTime ?? test.attempts()[0]?.startTime ?? null,
    durationMs: diagnostic?.duration ?? sum(attempts.map((attempt) => attempt.durationMs)),
    ...verdict(test, ended),
    failures: verdictFailures(test, attempts, root),
    attempts,
    flaky: diagnostic?.flaky ?? false,
    record: testRecord(test),
    tags: test.tags,
    meta: ownMeta(test),
    annotations: annotations(test, root),
    attachments: attachments(test),
    // On --merge-reports vitest 5.1 adds each log to the task a second time.
    output: [...new Set(test.logs())].map((log) => ({ stream: log.type, text: log.content })),
  };
}

function verdict(
  test: TestCase,
  ended: string | undefined,
): { state: CaseState; skipReason: string | null } {
  const result = test.result();
  if (result.state === "pending") {
    if (ended !== undefined) {
      return {
        state: "not-run",
        skipReason: `no verdict, and no sign of its start, when ${ended}`,
      };
    }
    // A started test has a start time even without a result.
    const started = test.diagnostic() !== undefined;
    return {
      state: "not-run",
      skipReason: started
        ? "no verdict: the run stopped while this test ran"
        : "never ran: the run stopped before its turn",
    };
  }
  if (result.state !== "skipped") return { state: result.state, skipReason: null };
  if (result.note !== undefined) return { state: "skipped", skipReason: result.note };
  if (test.options.mode === "todo") return { state: "todo", skipReason: "still to be written" };
  if (test.attempts().length > 0) {
    return { state: "skipped", skipReason: "the test skipped itself and gave no reason" };
  }
  const error = failedSetUp(test.parent);
  if (error !== undefined) {
    const line = error.message.split("\n", 1)[0];
    return { state: "not-run", skipReason: `never ran: the set-up of its suite failed: ${line}` };
  }
  return {
    state: "skipped",
    skipReason: "by the test file (skip, or only elsewhere) or by a filter on names or tags",
  };
}

/**
 * The error of the nearest suite whose `beforeAll` failed. vitest marks its tests as skipped, and
 * after a merge even `options.mode` says "skip", so the sign is a suite with an error in which no
 * test was attempted.
 */
function failedSetUp(suite: TestSuite | TestModule): SerializedError | undefined {
  const error = suite.errors()[0];
  const attempted = [...suite.children.allTests()].some((test) => test.attempts().length > 0);
  if (error !== undefined && !attempted) return error;
  return suite.type === "module" ? undefined : failedSetUp(suite.parent);
}

/**
 * The failures behind the verdict. `result().errors` holds the errors of all attempts one after
 * the other, also of a test that passed in the end (vitest 5.1), so those of attempts that a retry
 * replaced must be left out. What goes beyond the attempts belongs to the verdict.
 */
function verdictFailures(
  test: TestCase,
  attempts: readonly CaseAttempt[],
  root: string,
): FailureReport[] {
  const result = test.result();
  if (result.state !== "failed") return [];
  const counted = sum(attempts.map((attempt) => attempt.failures.length));
  const beyond = result.errors.slice(counted).map((error) => failureReport(error, root));
  const decisive = attempts
    .filter((attempt) => attempt.state === "failed" && !isSuperseded(attempt, attempts))
    .flatMap((attempt) => attempt.failures);
  return [...decisive, ...beyond];
}

/** The harness's own record, if the test's metadata carries one of the right shape. */
function testRecord(test: TestCase): TestRecord | null {
  const { bringup } = test.meta() as { readonly bringup?: TestRecord };
  const sound =
    Array.isArray(bringup?.attempts) &&
    bringup.attempts.every((attempt) => Array.isArray(attempt?.machines));
  return sound ? (bringup ?? null) : null;
}

/** Characters of a value; JUnit's properties are for short facts. */
const metaLimit = 1_000;

/** What the test says of itself in `task.meta`; what is no data at all is left out. */
function ownMeta(test: TestCase): Record<string, string> {
  const own = Object.entries(test.meta()).filter(([name]) => name !== "bringup");
  return Object.fromEntries(
    own.flatMap(([name, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      if (text === undefined) return [];
      return [[name, cutAfter(text, metaLimit)]];
    }),
  );
}

function annotations(test: TestCase, root: string): AnnotationReport[] {
  return test.annotations().map(({ type, message, location }) => ({
    type,
    message,
    location:
      location === undefined
        ? null
        : `${shortPath(location.file, root)}:${location.line}:${location.column}`,
  }));
}

function attachments(test: TestCase): AttachmentReport[] {
  const annotated = test
    .annotations()
    .flatMap(({ attachment, message }) =>
      attachment === undefined ? [] : [{ name: message, path: attachment.path ?? null }],
    );
  const recorded = test
    .artifacts()
    .flatMap((artifact) =>
      (artifact.attachments ?? []).map(({ path }) => ({ name: artifact.type, path: path ?? null })),
    );
  return [...annotated, ...recorded];
}

function testPath(test: TestCase | TestSuite): string[] {
  return test.parent.type === "module" ? [test.name] : [...testPath(test.parent), test.name];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
