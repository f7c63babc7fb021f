/**
 * What must be undone, newest first. Node 22 has no `AsyncDisposableStack` (Node 24 has), and
 * a test's clean-up also needs a limit on the time that it may take.
 */
import { StateError, TimeoutError } from "../evidence/index.ts";

interface CleanupEntry {
  readonly what: string;
  readonly undo: () => void | Promise<void>;
}

/** Node's timers know no longer time than this (`setTimeout`, 2^31 - 1 ms: 25 days). */
const longestTimerMs = 2 ** 31 - 1;

/** Owner of resources: whoever holds the stack disposes all of them, once, in reverse order. */
export class CleanupStack {
  readonly #entries: CleanupEntry[] = [];
  #disposal: Promise<void> | undefined;
  #isDisposed = false;

  /**
   * Registers `undo` under a name that a message can use. Register before acquiring, or in the
   * same breath. What is registered while the stack is being disposed is undone with the rest.
   * @throws `StateError` if everything was disposed already; `undo` is called at once then, so
   *   that what comes too late is neither kept nor gone on with.
   */
  defer(what: string, undo: () => void | Promise<void>): void {
    if (!this.#isDisposed) {
      this.#entries.push({ what, undo });
      return;
    }
    // The error below is what the caller must hear of.
    call(undo).catch(() => {});
    throw new StateError(`registering the clean-up of ${what}`, "disposed", ["open"]);
  }

  /**
   * Undoes everything, newest first, whatever fails on the way. A second call does nothing more
   * and ends as the first does.
   * @param limitMs milliseconds that each entry may take.
   * @throws the one error, or an `AggregateError` of all; a `TimeoutError` names what hung.
   *   Afterwards the stack is disposed either way.
   */
  dispose(limitMs: number): Promise<void> {
    this.#disposal ??= this.#undoAll(limitMs);
    return this.#disposal;
  }

  async #undoAll(limitMs: number): Promise<void> {
    const failures: { what: string; error: unknown }[] = [];
    for (let entry = this.#entries.pop(); entry !== undefined; entry = this.#entries.pop()) {
      const { undo, what } = entry;
      try {
        await withLimit(call(undo), limitMs, `the clean-up of ${what}`);
      } catch (error) {
        failures.push({ what, error });
      }
    }
    this.#isDisposed = true;
    const [first] = failures;
    if (first === undefined) return;
    if (failures.length === 1) throw first.error;
    const errors = failures.map(({ error }) => error);
    const words = failures.map(({ what, error }) => `${what}: ${messageOf(error)}`).join("; ");
    throw new AggregateError(errors, `${failures.length} clean-ups failed: ${words}`);
  }
}

/** A synchronous throw becomes a rejection. */
async function call(undo: () => void | Promise<void>): Promise<void> {
  await undo();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Waits for `promise`, but not for ever. What has happened by the limit counts, even where this
 * process was too busy, or suspended, to hear of it in time.
 * @param limitMs milliseconds; `Infinity` for no limit. Above 25 days it is 25 days.
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
  if (limitMs === Number.POSITIVE_INFINITY) return await promise;
  let timer: NodeJS.Timeout | undefined;
  let check: NodeJS.Immediate | undefined;
  const limit = new Promise<never>((_, reject) => {
    const fail = () => {
      const what = typeof phase === "string" ? phase : phase();
      reject(new TimeoutError(what, limitMs, limitName));
    };
    timer = setTimeout(
      () => {
        // Events that have arrived meanwhile are delivered before this.
        check = setImmediate(fail);
      },
      Math.min(limitMs, longestTimerMs),
    );
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
    clearImmediate(check);
  }
}
