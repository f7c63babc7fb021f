import { monotonicMs } from "../wait/index.ts";
/**
 * vitest's own limits on a test and its hooks, so that ours fire before them and a debugger can
 * suspend them. vitest keeps the running one in a field of its runner that is not documented
 * (5.1: `_deadline`), so everything here also works, less exactly, where that is not found.
 */

/** vitest's clock for the body of a test, or for one of its hooks. */
export interface Deadline {
  /** On the clock of `monotonicMs`. */
  readonly startTime: number;
  endTime: number;
  /** Stops the timer. */
  clear(): void;
}

/** What the runner leaves with a test, anew for every attempt. */
interface Deadlines {
  readonly current: () => unknown;
  readonly startedMs: number;
  isSuspended: boolean;
}

/** Registered for the whole process: the runner may be loaded apart from the tests. */
const key = Symbol.for("bringup.deadlines");

/** For the runner, before an attempt: `current` gives the clock that runs just then, if any. */
export function setDeadlines(test: object, current: () => unknown): void {
  const deadlines: Deadlines = { current, startedMs: monotonicMs(), isSuspended: false };
  Object.defineProperty(test, key, { value: deadlines, configurable: true });
}

/**
 * Milliseconds that vitest leaves to the running body or hook, or `undefined` where that is not
 * known: among tests that run at the same time, or without our runner.
 */
export function remainingMs(test: object): number | undefined {
  const deadline = currentDeadline(test);
  return deadline === undefined ? undefined : deadline.endTime - monotonicMs();
}

/**
 * Suspends vitest's limits for the rest of the attempt.
 * @returns whether that could be done.
 */
export function suspendDeadlines(test: object): boolean {
  const deadlines = deadlinesOf(test);
  const deadline = currentDeadline(test);
  if (deadlines === undefined || deadline === undefined) return false;
  deadlines.isSuspended = true;
  suspend(deadline);
  return true;
}

/** For the runner, when a further clock has begun to run. */
export function keepSuspended(test: object): void {
  const deadline = currentDeadline(test);
  if (deadline !== undefined && deadlinesOf(test)?.isSuspended) suspend(deadline);
}

function suspend(deadline: Deadline): void {
  deadline.clear();
  // Looked at once more when the test is done.
  deadline.endTime = Number.POSITIVE_INFINITY;
}

function deadlinesOf(test: object): Deadlines | undefined {
  return (test as { [key]?: Deadlines })[key];
}

function currentDeadline(test: object): Deadline | undefined {
  const deadlines = deadlinesOf(test);
  const isAlone = !(test as { concurrent?: boolean }).concurrent;
  if (deadlines === undefined || !isAlone) return undefined;
  const deadline = deadlines.current();
  // That of a test which timed out, and whose body goes on, may be left behind.
  return isDeadline(deadline) && deadline.startTime >= deadlines.startedMs ? deadline : undefined;
}

function isDeadline(value: unknown): value is Deadline {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Deadline).startTime === "number" &&
    typeof (value as Deadline).endTime === "number" &&
    typeof (value as Deadline).clear === "function"
  );
}
