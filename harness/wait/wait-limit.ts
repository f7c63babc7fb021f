/** The limit of one wait, by the wall clock, which another clock may extend. */
import { startDeadline } from "./deadline.ts";

/** A limit in milliseconds, and what it is called in a message. */
export interface NamedLimit {
  readonly limitMs: number;
  readonly name: string;
}

/** The limit that has ended a wait. */
export interface PassedLimit extends NamedLimit {
  /** Further lines for the message. */
  readonly detail?: string;
}

/** What becomes of a wait whose time has passed by the wall clock: it goes on, or is over. */
export type LimitVerdict = { readonly moreMs: number } | PassedLimit;

export interface WaitLimit extends NamedLimit {
  /** What is left of it in milliseconds, where it began before the wait. */
  readonly leftMs?: number;
  /** What nothing extends: the test's own limit. */
  readonly most?: NamedLimit;
  /** Asked each time the limit has passed; without it the wait ends then. Never rejects. */
  readonly judge?: () => Promise<LimitVerdict>;
}

/**
 * Calls `expire` once when the limit has passed, unless the returned function is called first. A
 * late timer lets the event loop read what has arrived before it does.
 */
export function startWaitLimit(
  { judge, leftMs, limitMs, name }: WaitLimit,
  expire: (passed: PassedLimit) => void,
): () => void {
  let stop: (() => void) | undefined;
  let isStopped = false;
  const passed = async () => {
    const verdict = judge === undefined ? { limitMs, name } : await judge();
    if (isStopped) return;
    if ("moreMs" in verdict) arm(verdict.moreMs);
    else expire(verdict);
  };
  const arm = (delayMs: number) => {
    stop = startDeadline(delayMs, passed);
  };
  arm(leftMs ?? limitMs);
  return () => {
    isStopped = true;
    stop?.();
  };
}
