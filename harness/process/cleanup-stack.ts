/**
 * What must be undone, newest first. Node 22 has no `AsyncDisposableStack` (Node 24 has), and
 * a test's clean-up also needs a limit on the time that it may take.
 */
import { StateError } from "../evidence/index.ts";
import { withLimit } from "../wait/index.ts";

interface CleanupEntry {
  readonly what: string;
  readonly undo: () => void | Promise<void>;
}

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
