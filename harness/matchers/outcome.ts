/** What a matcher says to vitest, and the one place where its messages are made. */

import { AssertionError, checkOptionNames, SpecError, TimeoutError } from "../evidence/index.ts";
import { longestDelayMs, startTimer, type Timer } from "../wait/index.ts";
import type { Baseline } from "./to-match-screenshot.ts";

/** vitest's shape of a result. A matcher that fails rejects with a typed error instead. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** What a matcher knows of how it was called. */
export interface MatcherCall {
  /** `true` under `.not`. */
  readonly isNot: boolean;
  /** The baseline of a screenshot of that name; `undefined` outside a test. */
  readonly baseline?: (name: string | undefined) => Baseline | undefined;
}

/** How long a negated matcher must hold. */
export interface NegatedOptions {
  /** Milliseconds for which it must not happen. */
  readonly forMs: number;
}

/** The limit that a wait is given. */
export interface AskedLimit {
  readonly timeoutMs?: number | undefined;
  readonly clock?: "host" | undefined;
}

/** Options that every matcher which waits takes. */
export const waitOptionNames = ["timeoutMs", "clock", "forMs"] as const;

/** Milliseconds that a wait has to read what arrived in time, and to say that it is over. */
const laterMs = 1_000;

/** What is expected of whom, for messages: "the machine", "to power off". */
export interface Expectation {
  readonly subject: string;
  readonly verb: string;
}

/**
 * The matcher's condition is met. Plainly that is success; under `.not` it is the failure.
 * @param seen what it was that met it, in words, where that is worth saying.
 * @throws `AssertionError` under `.not`.
 */
export function met(
  call: MatcherCall,
  expectation: Expectation,
  seen = "but it did",
): MatcherResult {
  const { subject, verb } = expectation;
  if (call.isNot) throw new AssertionError(`expected ${subject} not ${verb}, ${seen}`);
  return result(true, expectation);
}

/** Under `.not`: what must not happen has not happened. */
export function notMet(expectation: Expectation): MatcherResult {
  return result(false, expectation);
}

function result(pass: boolean, { subject, verb }: Expectation): MatcherResult {
  return { pass, message: () => `expected ${subject} ${verb}` };
}

/** The error of an assertion that looked once. */
export function mismatch(what: string, expected: unknown, actual: unknown): AssertionError {
  const found = `expected ${what} to be ${show(expected)}, but it is ${show(actual)}`;
  return new AssertionError(found, { actual, expected });
}

/**
 * Carries out a wait as a matcher. Plainly, its error is the failure. Under `.not` it must run
 * into `forMs`: only that proves that nothing happened; a guest that ends before proves nothing,
 * and neither does another limit that was shorter.
 * @param furtherOptions names of options that the matcher takes beside those of every wait.
 */
export async function judgeWait(
  call: MatcherCall,
  expectation: Expectation,
  options: Partial<NegatedOptions> & AskedLimit,
  wait: (limit: AskedLimit) => Promise<unknown>,
  furtherOptions: readonly string[] = [],
): Promise<MatcherResult> {
  checkOptionNames(options, [...waitOptionNames, ...furtherOptions]);
  if (!call.isNot) {
    refuseNegatedOptions(options);
    await wait({ timeoutMs: options.timeoutMs, clock: options.clock });
    return met(call, expectation);
  }
  const { forMs } = options;
  if (forMs === undefined) {
    const advice = "is missing: say for how long it must not happen, such as { forMs: 500 }";
    throw new SpecError("forMs", advice);
  }
  checkSpan("forMs", forMs);
  return (await happensWithin(forMs, wait)) ? met(call, expectation) : notMet(expectation);
}

/**
 * Whether the wait succeeds within `forMs`. That is no limit, which a debugger would suspend, but
 * what is asserted, and so it has a clock of its own behind that of the wait: the host's.
 */
async function happensWithin(
  forMs: number,
  wait: (limit: AskedLimit) => Promise<unknown>,
): Promise<boolean> {
  let clock: Timer | undefined;
  const passed = new Promise<boolean>((resolve) => {
    clock = startTimer(forMs + laterMs, () => resolve(false));
  });
  const happened = wait({ timeoutMs: forMs, clock: "host" }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof TimeoutError && error.limitMs === forMs) return false;
      throw error;
    },
  );
  try {
    return await Promise.race([happened, passed]);
  } finally {
    clock?.stop();
  }
}

/** @throws `SpecError` for options that only mean something under `.not`. */
export function refuseNegatedOptions(options: object): void {
  for (const name of ["forMs", "until"]) {
    if (name in options && (options as Record<string, unknown>)[name] !== undefined) {
      throw new SpecError(name, "belongs to .not: for how long to wait is timeoutMs");
    }
  }
}

/** @throws `SpecError` for what is no number of milliseconds. */
export function checkDuration(field: string, value: unknown): void {
  if (typeof value === "number" && value > 0) return;
  throw new SpecError(field, `got ${show(value)}, takes a number of milliseconds above 0`);
}

/** @throws `SpecError` for a time after which nobody could say that nothing has happened. */
function checkSpan(field: string, value: unknown): void {
  checkDuration(field, value);
  if ((value as number) <= longestDelayMs) return;
  const most = longestDelayMs.toLocaleString("en");
  throw new SpecError(field, `got ${String(value)}, takes at most ${most} (24.8 days)`);
}

/** A value on one line: "{ kind: \"reset\" }" as JSON, with expressions as they are written. */
export function show(value: unknown): string {
  if (value instanceof RegExp || typeof value === "function") return String(value);
  const json = JSON.stringify(value, (_, part) => {
    if (part instanceof RegExp || typeof part === "function") return String(part);
    return typeof part === "bigint" ? `${part}` : part;
  });
  return json ?? String(value);
}
