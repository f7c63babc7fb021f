/**
 * A finished (or stopped) run as plain data: all that any report may use. It knows nothing of
 * vitest, so a report can be written from a stored run as well as from a live one.
 */
import type { TestRecord } from "../evidence/index.ts";

/** One run of the tests. */
export interface RunReport {
  /** Title of the report. */
  readonly name: string;
  /** What became of the run as a whole. */
  readonly reason: "passed" | "failed" | "interrupted";
  /** One entry a test file and project, sorted by file and then by project. */
  readonly suites: readonly SuiteReport[];
  /** Errors that belong to no test: unhandled rejections, a worker that died. */
  readonly errors: readonly RunError[];
}

/** One test file in one project. */
export interface SuiteReport {
  /** Name of the vitest project; empty where there is only one. */
  readonly project: string;
  /** Path of the test file relative to the root of the run, with `/` as separator. */
  readonly file: string;
  /** When its first test started, in milliseconds since the epoch; `null` if none did. */
  readonly startedAt: number | null;
  readonly durationMs: number;
  readonly cases: readonly CaseReport[];
  /** Errors of the file outside its tests: it could not be loaded, or a hook of a suite failed. */
  readonly errors: readonly SuiteError[];
}

/** What became of one test. `not-run` means that no verdict exists: it is never a pass. */
export type CaseState = "passed" | "failed" | "skipped" | "todo" | "not-run";

/** One test. */
export interface CaseReport {
  /** Names of the suites around it and its own, outermost first; empty for a whole file. */
  readonly path: readonly string[];
  /** Line of the test in its file, counted from 1; `null` where it is not known. */
  readonly line: number | null;
  /** Milliseconds since the epoch; `null` if it never started. */
  readonly startedAt: number | null;
  /** All attempts together. */
  readonly durationMs: number;
  readonly state: CaseState;
  /** Why it was skipped or did not run; `null` for the other states. */
  readonly skipReason: string | null;
  /** What the verdict rests on: no failures of attempts that a retry replaced. */
  readonly failures: readonly FailureReport[];
  /** Every attempt in the order they ran. */
  readonly attempts: readonly CaseAttempt[];
  /** It passed, but not at the first attempt. */
  readonly flaky: boolean;
  /** What the harness recorded about its machines; `null` if it booted none. */
  readonly record: TestRecord | null;
  readonly tags: readonly string[];
  /** What the test has put into `task.meta`, as text. */
  readonly meta: Readonly<Record<string, string>>;
  readonly annotations: readonly AnnotationReport[];
  readonly attachments: readonly AttachmentReport[];
  /** What the test itself wrote to the console, in order. */
  readonly output: readonly { readonly stream: "stdout" | "stderr"; readonly text: string }[];
}

/** One attempt at a test. */
export interface CaseAttempt {
  /** 0 for the first try, 1 for the first retry. */
  readonly retry: number;
  /** 0 for the first repetition. */
  readonly repeat: number;
  readonly state: "passed" | "failed" | "skipped";
  readonly durationMs: number;
  readonly failures: readonly FailureReport[];
}

/** One thrown error. */
export interface FailureReport {
  /** Class of the error ("TimeoutError"). */
  readonly type: string;
  readonly message: string;
  /** What follows the message: the difference, the stack and the causes; may be empty. */
  readonly stack: string;
}

/** An error of a file or of a `describe` block. */
export interface SuiteError {
  /** Names of the `describe` blocks; empty for the file itself. */
  readonly path: readonly string[];
  readonly failure: FailureReport;
}

/** An error of the run. */
export interface RunError {
  /** Test file that was running, relative to the root; `null` where it is not known. */
  readonly file: string | null;
  readonly failure: FailureReport;
}

/** A remark that a test made about itself. */
export interface AnnotationReport {
  readonly type: string;
  readonly message: string;
  /** "boot.test.ts:12:3", or `null`. */
  readonly location: string | null;
}

/** A file that a test attached. */
export interface AttachmentReport {
  readonly name: string;
  /** Absolute path, or an http(s) address; `null` for content that was never in a file. */
  readonly path: string | null;
}

/**
 * `true` where a later attempt of the same repetition took the place of this one, so that the
 * verdict does not rest on it.
 */
export function isSuperseded(
  attempt: { readonly retry: number; readonly repeat: number },
  attempts: readonly { readonly retry: number; readonly repeat: number }[],
): boolean {
  return attempts.some((other) => other.repeat === attempt.repeat && other.retry > attempt.retry);
}
