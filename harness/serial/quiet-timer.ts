import { afterInput, monotonicMs, startTimer, type Timer } from "../wait/index.ts";

/** Tells when a line has been quiet for the settling time, and is not deceived by load. */

/** A timer that fires later than this share of its time shows that the host is busy. */
const latenessShare = 0.5;
/** Settling times after which quiet is believed even of a busy host, after one more round. */
const mostStretch = 25;

/** Calls `onQuiet` once after each burst of activity. Activity itself costs next to nothing. */
export class QuietTimer {
  readonly #settlingMs: number;
  readonly #onQuiet: () => void;
  #timer: Timer | undefined;
  #lastActivityMs = monotonicMs();
  #dueMs = 0;
  #wasLate = false;

  constructor(settlingMs: number, onQuiet: () => void) {
    this.#settlingMs = settlingMs;
    this.#onQuiet = onQuiet;
  }

  /** `true` while no activity is being waited out. */
  get isQuiet(): boolean {
    return this.#timer === undefined;
  }

  /** When there last was activity (at first: since when), by the clock of `monotonicMs`. */
  get lastActivityMs(): number {
    return this.#lastActivityMs;
  }

  /** Something arrived: quiet begins anew. */
  restart(): void {
    this.#lastActivityMs = monotonicMs();
    this.#wasLate = false;
    // A timer that runs already finds the activity when it fires.
    if (this.isQuiet) this.#arm(this.#lastActivityMs + this.#settlingMs);
  }

  /** Calls `onQuiet` no more until the next activity. */
  stop(): void {
    this.#timer?.stop();
    this.#timer = undefined;
  }

  #arm(dueMs: number): void {
    this.#dueMs = dueMs;
    const delayMs = Math.max(1, Math.ceil(dueMs - monotonicMs()));
    this.#timer = startTimer(delayMs, () => this.#fired()).unref();
  }

  #fired(): void {
    const nowMs = monotonicMs();
    const quietMs = this.#lastActivityMs + this.#settlingMs;
    const isLate = nowMs - this.#dueMs > this.#settlingMs * latenessShare;
    if (quietMs > nowMs) {
      this.#arm(quietMs);
      return;
    }
    const isStretched = nowMs - this.#lastActivityMs >= this.#settlingMs * mostStretch;
    if (isLate && !(this.#wasLate && isStretched)) {
      // Where this process was held up, the guest was too, and bytes may be waiting to be read.
      this.#wasLate = true;
      this.#arm(nowMs + this.#settlingMs);
      return;
    }
    // One turn of the event loop reads what is in the FIFO already. It has to be one that keeps
    // the loop turning: without a reference it would come after the next event, whenever that is.
    this.#timer = afterInput(() => this.#turned(quietMs));
  }

  #turned(quietMs: number): void {
    this.#timer = undefined;
    const dueMs = this.#lastActivityMs + this.#settlingMs;
    if (dueMs > quietMs) {
      this.#arm(dueMs);
      return;
    }
    this.#onQuiet();
  }
}
