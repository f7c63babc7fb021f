/** When which part of a port's text arrived. */

/** Moments that are kept of one port. */
const mostMoments = 65_536;

/** Moments in whole milliseconds, one for all that arrives within one; no more than a limit. */
export class ArrivalTimes {
  readonly #limit: number;
  /** Offsets after the newest character of each moment, ascending; and the moments. */
  #ends: number[] = [];
  #moments: number[] = [];

  /** @param limit moments kept, from 2 on. */
  constructor(limit: number = mostMoments) {
    this.#limit = limit;
  }

  /**
   * Text up to the offset `end` has arrived.
   * @param omitted characters from the beginning that nobody will ask for any more.
   */
  add(end: number, atMs: number, omitted: number): void {
    const moment = Math.round(atMs);
    if (moment === this.#moments.at(-1)) {
      this.#ends[this.#ends.length - 1] = end;
      return;
    }
    if (this.#ends.length === this.#limit) this.#makeRoom(omitted);
    this.#ends.push(end);
    this.#moments.push(moment);
  }

  /**
   * When the character at `offset` arrived. Where a port has printed for so long, and so little at
   * a time, that moments had to be given up, it is the next one that is known: never one before.
   */
  at(offset: number): number {
    let [low, high] = [0, this.#ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] as number) > offset) high = middle;
      else low = middle + 1;
    }
    return this.#moments[low] ?? 0;
  }

  /** Drops what belongs to text that is gone; where that is not much, every second moment. */
  #makeRoom(omitted: number): void {
    const gone = this.#ends.findIndex((end) => end > omitted);
    const isMuch = gone === -1 || gone > this.#limit / 2;
    const isKept = isMuch
      ? (index: number) => gone !== -1 && index >= gone
      : (index: number) => index % 2 === 1;
    this.#ends = this.#ends.filter((_, index) => isKept(index));
    this.#moments = this.#moments.filter((_, index) => isKept(index));
  }
}
