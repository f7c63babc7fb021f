/**
 * What was called and must be awaited: matchers, waits, and `boot()`. One that nobody awaits would
 * leave its own test green and blame whichever runs when it fails; so each test keeps the account
 * of its own.
 */
import { AssertionError, atCallSite, CallSite } from "../evidence/index.ts";

interface Entry {
  /** As a test writes it: `expect(...).toPrint`. */
  readonly call: string;
  readonly site: CallSite;
}

/** A promise that tells when somebody takes an interest in it: `await`, `then`, `catch`, `all`. */
class NoticingPromise<T> extends Promise<T> {
  #onAwaited: (() => void) | undefined;

  static of<T>(promise: Promise<T>, onAwaited: () => void): NoticingPromise<T> {
    const noticing = new NoticingPromise<T>((resolve, reject) => promise.then(resolve, reject));
    // A failure that nobody awaits is reported by `unawaited`, in its own test.
    Promise.prototype.then.call(noticing, undefined, () => {});
    noticing.#onAwaited = onAwaited;
    return noticing;
  }

  /** What is derived from it is a plain promise. */
  static override get [Symbol.species]() {
    return Promise;
  }

  // biome-ignore lint/suspicious/noThenProperty: noticing `then` is what this class is for.
  override then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.#onAwaited?.();
    return super.then(onFulfilled, onRejected);
  }
}

export class MatcherLedger {
  readonly #entries = new Set<Entry>();
  #isClosed = false;

  /** The test has been judged: what matchers that nobody awaits find from now on is no verdict. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Gives back the promise of a call at `site`, so that it notices being awaited. */
  readonly track = <T>(call: string, promise: Promise<T>, site = new CallSite()): Promise<T> => {
    const entry: Entry = { call, site };
    this.#entries.add(entry);
    return NoticingPromise.of(promise, () => this.#entries.delete(entry));
  };

  /** Whether nobody has awaited such a call yet. */
  lacks(call: string): boolean {
    return [...this.#entries].some((entry) => entry.call === call);
  }

  /**
   * Closes the account.
   * @returns the error for calls that were not awaited, if there are any, at the first of them.
   */
  close(): AssertionError | undefined {
    this.#isClosed = true;
    const [first, ...others] = this.#entries;
    if (first === undefined) return undefined;
    const calls = [first, ...others].map(({ call }) => call).join(", ");
    const error = new AssertionError(
      `put await before ${first.call}: it was called and not awaited, so it decided ` +
        `nothing${others.length > 0 ? ` (not awaited in this test: ${calls})` : ""}`,
    );
    return atCallSite(error, first.site);
  }
}
