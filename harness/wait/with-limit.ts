import { TimeoutError } from "../evidence/index.ts";
import { startTimer, type Timer } from "./timers.ts";

/**
 * Waits for `promise`, but not for ever. What has happened by the limit counts, even where this
 * process was too busy, or suspended, to hear of it in time.
 * @param limitMs milliseconds; `Infinity`, and all beyond 24.8 days, is no limit.
 * @param phase what is waited for; a function is asked when the limit is reached.
 * @throws `TimeoutError` with `phase` after `limitMs`; the promise is then left to itself, its
 *   later rejection is not reported again.
 */
export async function withLimit<T>(
  promise: Promise<T>,
  limitMs: number,
  phase: string | (() => string),
  limitName?: string,
): Promise<T> {
  promise.catch(() => {});
  let timer: Timer | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = startTimer(limitMs, () => {
      const what = typeof phase === "string" ? phase : phase();
      reject(new TimeoutError(what, limitMs, limitName));
    });
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    timer?.stop();
  }
}
