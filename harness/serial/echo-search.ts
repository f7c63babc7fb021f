/** Finds the echo of what was just sent, so that the next may follow. */
import type { Found, PatternSearch } from "./search.ts";

/**
 * An echo is the same characters in the same order, whatever stands between them. Control
 * characters and what is not ASCII may come back in any form, and are not looked for. Where the
 * guest prints something else (`*`, `^C`), that is the echo once the line is quiet.
 */
export class EchoSearch implements PatternSearch {
  readonly #expected: string;
  /** Offset of the port's text at which the characters were sent. */
  readonly start: number;
  #matched = 0;
  #end: number;

  constructor(sent: string, start: number) {
    this.#expected = sent.replace(/\r\n?/g, "\n").replace(/[^\n\x20-\x7e]/g, "");
    this.start = start;
    this.#end = start;
  }

  add(piece: string): Found | undefined {
    for (let index = 0; index < piece.length; index += 1) {
      if (piece[index] !== this.#expected[this.#matched]) continue;
      this.#matched += 1;
      if (this.#matched === this.#expected.length) return this.#found(this.#end + index + 1);
    }
    this.#end += piece.length;
    return undefined;
  }

  settle(): Found | undefined {
    // Half an echo is a slow one.
    const isOther = this.#end > this.start && this.#matched === 0;
    return isOther ? this.#found(this.#end) : undefined;
  }

  #found(end: number): Found {
    return { start: this.start, end, decidedAt: end, text: "", match: null };
  }
}

/** Finds nothing: for what only has to notice that the guest has died. */
export const noSearch: PatternSearch = { add: () => undefined, settle: () => undefined };
