import { monotonicMs, type WaitLimit } from "../wait/index.ts";
/** A limit that several waits share, one after the other. */

export class Deadline {
  readonly #ask: () => WaitLimit;
  #limit: WaitLimit;
  #sinceMs = monotonicMs();

  /** @param ask tells the limit that holds from now on: a test's own may be nearer each time. */
  constructor(ask: () => WaitLimit) {
    this.#ask = ask;
    this.#limit = ask();
  }

  /** The limit for the next wait: it counts from the beginning, or from the last progress. */
  get left(): WaitLimit {
    const passedMs = monotonicMs() - this.#sinceMs;
    return { ...this.#limit, leftMs: Math.max(0, this.#limit.limitMs - passedMs) };
  }

  /** Something has got on: the limit begins anew. */
  restart(): void {
    this.#limit = this.#ask();
    this.#sinceMs = monotonicMs();
  }
}
