/** The limits on waits in a test: ours fire before vitest's, which knows nothing of the guest. */

import { defaultWaitMs, isDebugging } from "../machine/index.ts";
import { monotonicMs, type NamedLimit, type WaitLimit } from "../wait/index.ts";

import { remainingMs } from "./deadlines.ts";

/** What of vitest's limit is kept back for looking at the guest, between these two bounds. */
const reservedShare = 0.2;
const leastReservedMs = 1_000;
const mostReservedMs = 2_000;

export class TestLimit {
  readonly #task: { readonly timeout: number };
  readonly #startedMs = monotonicMs();
  #isSuspended = isDebugging();

  constructor(task: { readonly timeout: number }) {
    this.#task = task;
  }

  /** A debugger is at work: nothing times out any more. */
  suspend(): void {
    this.#isSuspended = true;
  }

  /** The limit of a wait that asks for `timeoutMs`, or for what is usual for waits like it. */
  forWait(timeoutMs: number | undefined, usualMs: number = defaultWaitMs): WaitLimit {
    if (this.#isSuspended) return this.left();
    const wished = timeoutMs ?? usualMs;
    const left = this.left();
    if (left.limitMs < wished) return { ...left, most: left };
    const name = timeoutMs === undefined ? "the default" : "timeoutMs";
    return { limitMs: wished, name, most: left };
  }

  /** What the running body or hook may still take. */
  left(): NamedLimit {
    const { timeout } = this.#task;
    const isUnlimited = !(timeout > 0) || timeout === Number.POSITIVE_INFINITY;
    if (this.#isSuspended || isUnlimited)
      return { limitMs: Number.POSITIVE_INFINITY, name: "none" };
    const passedMs = monotonicMs() - this.#startedMs;
    const leftMs = (remainingMs(this.#task) ?? timeout - passedMs) - reservedMs(timeout);
    const name = `what is left of the test's own limit of ${timeout} ms`;
    return { limitMs: Math.max(1, Math.round(leftMs)), name };
  }
}

/** A short limit cannot spare much, and half of it must be left for the test. */
function reservedMs(timeoutMs: number): number {
  const wished = Math.max(timeoutMs * reservedShare, leastReservedMs);
  return Math.min(wished, mostReservedMs, timeoutMs / 2);
}
