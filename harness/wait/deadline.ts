/** A time limit that cannot fire while its answer already lies in the socket. */
import { SpecError } from "../evidence/index.ts";
import { startTimer } from "./timers.ts";

/**
 * Calls `expire` once, `limitMs` milliseconds from now, unless the returned function is called
 * first. `Infinity`, and anything beyond 24.8 days, never expires.
 * @throws SpecError if `limitMs` is not a number of 0 or more. Nothing was started then.
 */
export function startDeadline(limitMs: number, expire: () => void): () => void {
  if (typeof limitMs !== "number" || Number.isNaN(limitMs) || limitMs < 0) {
    throw new SpecError(
      "timeoutMs",
      `takes milliseconds, 0 or more, or Infinity; it got ${String(limitMs)}`,
    );
  }
  return startTimer(limitMs, expire).stop;
}
