/** From vitest's reported tasks to the plain record that reports are written from. */
import { relative, resolve } from "node:path";
import type { SerializedError, TestModule, TestRunEndReason, TestSuite } from "vitest/node";
import type { ProcessEnd } from "../process/index.ts";
import type { CaseReport, RunError, RunReport, SuiteError, SuiteReport } from "../reports/index.ts";
import { caseReport } from "./case-report.ts";
import { failureReport, shortPath } from "./failure-report.ts";
import type { RunningTest, RunningTests } from "./running-tests.ts";
import { wordsOfEnd } from "./work.ts";

/** What vitest knows at the end of a run, or at the moment it was stopped. */
export interface ReportedRun {
  /** Absolute path of vitest's root; paths in the report are relative to it. */
  readonly root: string;
  readonly modules: readonly TestModule[];
  readonly unhandledErrors: readonly SerializedError[];
  readonly reason: TestRunEndReason;
  /** The process ends before the run: results of tests that ran may be missing. */
  readonly cutShort?: CutShort;
  /** Files that were to run: those without a module never came to it. */
  readonly planned: readonly PlannedFile[];
}

/** How the process ends, and which tests it cuts short. */
export interface CutShort extends Pick<ProcessEnd, "atMs" | "signal"> {
  readonly running: RunningTests;
}

/** A test file of a project, by absolute path. */
export interface PlannedFile {
  readonly project: string;
  readonly file: string;
}

/** Reads the tasks as they are now. The same tasks give the same report, live and merged. */
export function runReport(run: ReportedRun): RunReport {
  const loaded = run.modules.map((module) => suiteReport(module, run));
  const known = new Set(loaded.map((suite) => `${suite.project}\0${suite.file}`));
  const missing = run.planned
    .map(({ project, file }) => ({ project, file: shortPath(file, run.root) }))
    .filter(({ project, file }) => !known.has(`${project}\0${file}`))
    .map(({ project, file }) => neverLoaded(project, file));
  return {
    name: "bringup",
    reason: run.reason,
    // Merged blobs arrive in another order than live modules, so the order must come from here.
    suites: [...loaded, ...missing].sort(
      (one, other) => order(one.file, other.file) || order(one.project, other.project),
    ),
    errors: run.unhandledErrors.map((error) => runError(error, run.root)),
  };
}

function suiteReport(module: TestModule, { cutShort, root }: ReportedRun): SuiteReport {
  const file = relative(root, resolve(module.project.config.root, module.relativeModuleId));
  const base = neverLoaded(module.project.name, file.replaceAll("\\", "/"));
  const cases = [...module.children.allTests()].map((test) => {
    const report = caseReport(test, root, cutShort && wordsOfEnd(cutShort));
    if (cutShort === undefined || report.state !== "not-run") return report;
    const running = cutShort.running.get(test.id);
    return running === undefined ? report : cutShortCase(report, running, cutShort, root);
  });
  const errors = suiteErrors(module, root);
  const starts = cases.map((test) => test.startedAt).filter((start) => start !== null);
  const unfinished = module.state() === "queued" || module.state() === "pending";
  return {
    ...base,
    startedAt: starts.length === 0 ? null : Math.min(...starts),
    // vitest measures a file when it is over.
    durationMs: Math.max(
      module.diagnostic().duration,
      unfinished ? cases.reduce((total, { durationMs }) => total + durationMs, 0) : 0,
    ),
    // A file that was still waiting when the run stopped has no tests yet: it stands for them.
    cases: cases.length === 0 && unfinished ? base.cases : cases,
    errors,
  };
}

/** A test that ran when the run was ended is what somebody has to look at first. */
function cutShortCase(
  report: CaseReport,
  test: RunningTest,
  { running, ...end }: CutShort,
  root: string,
): CaseReport {
  const ports = running.lastLines(test);
  const [first] = ports;
  const last = first === undefined ? "" : `; ${first.port} last said: ${first.lines.at(-1)}`;
  const stack = ports.map(({ file, lines, port }) =>
    [`${port} (all of it: ${shortPath(file, root)})`, ...lines.map((line) => `  | ${line}`)].join(
      "\n",
    ),
  );
  const during = { what: "this test", startedMs: test.startedMs };
  const message = `${wordsOfEnd(end, during)}${last}`;
  return {
    ...report,
    durationMs: end.atMs - test.startedMs,
    state: "failed",
    skipReason: null,
    failures: [{ type: "CutShort", message, stack: stack.join("\n") }],
  };
}

function suiteErrors(module: TestModule, root: string): SuiteError[] {
  const owners: (TestModule | TestSuite)[] = [module, ...module.children.allSuites()];
  return owners.flatMap((owner) =>
    owner
      .errors()
      .map((error) => ({ path: suitePath(owner), failure: failureReport(error, root) })),
  );
}

function suitePath(owner: TestModule | TestSuite): string[] {
  return owner.type === "module" ? [] : [...suitePath(owner.parent), owner.name];
}

function neverLoaded(project: string, file: string): SuiteReport {
  const whole: CaseReport = {
    path: [],
    line: null,
    startedAt: null,
    durationMs: 0,
    state: "not-run",
    skipReason: "never ran: the run stopped before this file was loaded",
    failures: [],
    attempts: [],
    flaky: false,
    record: null,
    tags: [],
    meta: {},
    annotations: [],
    attachments: [],
    output: [],
  };
  return { project, file, startedAt: null, durationMs: 0, cases: [whole], errors: [] };
}

/** vitest names the kind of an unhandled error, and the test that was running, in extra fields. */
function runError(error: SerializedError, root: string): RunError {
  const failure = failureReport(error, root);
  const file = typeof error.VITEST_TEST_PATH === "string" ? error.VITEST_TEST_PATH : null;
  const during =
    typeof error.VITEST_TEST_NAME === "string" ? `last test: ${error.VITEST_TEST_NAME}` : "";
  const kind = typeof error.type === "string" ? `${error.type}: ` : "";
  return {
    file: file === null ? null : shortPath(file, root),
    failure: {
      type: failure.type,
      message: `${kind}${failure.message}`,
      stack: [during, failure.stack].filter((part) => part !== "").join("\n"),
    },
  };
}

function order(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
