/** A time limit that cannot fire while its answer already lies in the socket. */
import { SpecError } from "../evidence/index.ts";

/** The longest delay that `setTimeout` takes, in milliseconds: about 24.8 days. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Calls `expire` once, `limitMs` milliseconds from now, unless the returned function is called
 * first. `Infinity`, and anything beyond 24.8 days, never expires.
 *
 * Node runs timers before it reads sockets. If this process was busy past the limit, the answer may
 * have arrived long ago; so when the timer fires, the sockets get one more turn before `expire`.
 *
 * @throws SpecError if `limitMs` is not a number of 0 or more. Nothing was started then.
 */
export function startDeadline(limitMs: number, expire: () => void): () => void {
  if (typeof limitMs !== "number" || Number.isNaN(limitMs) || limitMs < 0) {
    throw new SpecError(
      "timeoutMs",
      `takes milliseconds, 0 or more, or Infinity; it got ${String(limitMs)}`,
    );
  }
  if (limitMs > LONGEST_TIMER_MS) return () => {};
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(expire);
  }, limitMs);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
