/** Incremental search for a string in a growing text. */
import type { Found, PatternSearch } from "./search.ts";

export class StringSearch implements PatternSearch {
  readonly #wanted: string;
  #tail = "";
  #tailStart: number;

  constructor(wanted: string, start: number) {
    // The text has no other line end, and the pattern means the same one.
    this.#wanted = wanted.replace(/\r\n?/g, "\n");
    this.#tailStart = start;
  }

  add(piece: string): Found | undefined {
    const most = this.#wanted.length - 1;
    // Only what lies across the beginning of the piece is copied.
    const across = this.#tail + piece.slice(0, most);
    let index = across.indexOf(this.#wanted);
    if (index === -1) {
      const behind = piece.indexOf(this.#wanted);
      if (behind !== -1) index = this.#tail.length + behind;
    }
    if (index !== -1) {
      const start = this.#tailStart + index;
      const end = start + this.#wanted.length;
      return { start, end, decidedAt: end, text: this.#wanted, match: null };
    }
    const length = this.#tail.length + piece.length;
    const keep = Math.min(length, most);
    this.#tailStart += length - keep;
    const tail = piece.length >= most ? piece : across;
    this.#tail = keep === 0 ? "" : tail.slice(-keep);
    return undefined;
  }

  settle(held = ""): Found | undefined {
    if (held === "") return undefined;
    const [tail, tailStart] = [this.#tail, this.#tailStart];
    const found = this.add(held);
    [this.#tail, this.#tailStart] = [tail, tailStart];
    return found;
  }
}
