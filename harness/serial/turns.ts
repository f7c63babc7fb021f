/** Turns at something that one call at a time may use. */

export class Turns {
  #last: Promise<void> = Promise.resolve();

  /**
   * Waits for those who have asked before.
   * @param wait awaits what it is given, as long as it likes; where it throws, the turn is over.
   * @returns what ends the turn: call it in any case.
   */
  async take(wait: (earlier: Promise<void>) => Promise<void>): Promise<() => void> {
    const earlier = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    // Who gives up waiting does not let others pass those who were before.
    this.#last = earlier.then(() => promise);
    try {
      await wait(earlier);
    } catch (error) {
      resolve();
      throw error;
    }
    return resolve;
  }
}
