/** Tells when a line has been quiet for the settling time, and is not deceived by load. */

/** A timer that fires later than this share of its time shows that the host is busy. */
const latenessShare = 0.5;
/** Settling times after which quiet is believed even of a busy host, after one more round. */
const mostStretch = 25;

/** Calls `onQuiet` once after each burst of activity. Activity itself costs next to nothing. */
export class QuietTimer {
  readonly #settlingMs: number;
  readonly #onQuiet: () => void;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #lastActivityMs = performance.now();
  #dueMs = 0;
  #wasLate = false;

  constructor(settlingMs: number, onQuiet: () => void) {
    this.#settlingMs = settlingMs;
    this.#onQuiet = onQuiet;
  }

  /** `true` while no activity is being waited out. */
  get isQuiet(): boolean {
    return this.#timer === undefined && this.#turn === undefined;
  }

  /** When there last was activity (at first: since when), by the clock of `performance.now()`. */
  get lastActivityMs(): number {
    return this.#lastActivityMs;
  }

  /** Something arrived: quiet begins anew. */
  restart(): void {
    this.#lastActivityMs = performance.now();
    this.#wasLate = false;
    // A timer that runs already finds the activity when it fires.
    if (this.isQuiet) this.#arm(this.#lastActivityMs + this.#settlingMs);
  }

  /** Calls `onQuiet` no more until the next activity. */
  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.#timer = undefined;
    this.#turn = undefined;
  }

  #arm(dueMs: number): void {
    this.#dueMs = dueMs;
    const delayMs = Math.max(1, Math.ceil(dueMs - performance.now()));
    this.#timer = setTimeout(() => this.#fired(), delayMs).unref();
  }

  #fired(): void {
    const nowMs = performance.now();
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
    this.#timer = undefined;
    this.#turn = setImmediate(() => this.#turned(quietMs));
  }

  #turned(quietMs: number): void {
    this.#turn = undefined;
    const dueMs = this.#lastActivityMs + this.#settlingMs;
    if (dueMs > quietMs) {
      this.#arm(dueMs);
      return;
    }
    this.#onQuiet();
  }
}
