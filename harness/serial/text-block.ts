/** A fixed piece of memory with text in it. */

const blockBytes = 64 * 1024;

/** Holds text in one byte a character while all of it is ASCII, and as UTF-16 from then on. */
export class TextBlock {
  readonly #bytes = Buffer.allocUnsafeSlow(blockBytes);
  #isWide = false;
  #length = 0;

  /** Characters in it. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds the beginning of `text`.
   * @returns how many characters of it, which may be none; then the block is closed.
   */
  take(text: string): number {
    const room = this.#capacity - this.#length;
    const part = text.length <= room ? text : text.slice(0, room);
    // As many bytes of UTF-8 as characters: all of it is ASCII (RFC 3629, 3).
    if (!this.#isWide && Buffer.byteLength(part) !== part.length) {
      if (!this.#widen()) return 0;
      return this.take(text);
    }
    if (this.#isWide) this.#bytes.write(part, this.#length * 2, "utf16le");
    else this.#bytes.write(part, this.#length, "latin1");
    this.#length += part.length;
    return part.length;
  }

  slice(start: number, end: number): string {
    const to = Math.min(end, this.#length);
    return this.#isWide
      ? this.#bytes.toString("utf16le", start * 2, to * 2)
      : this.#bytes.toString("latin1", start, to);
  }

  /** Where the first line end from `start` on stands, or -1. */
  newline(start: number): number {
    const width = this.#isWide ? 2 : 1;
    const bytes = this.#bytes.subarray(0, this.#length * width);
    const encoding = this.#isWide ? "utf16le" : "latin1";
    const index = bytes.indexOf("\n", start * width, encoding);
    return index === -1 ? -1 : index / width;
  }

  /** Empties it, to be filled anew. */
  clear(): void {
    this.#isWide = false;
    this.#length = 0;
  }

  get #capacity(): number {
    return this.#isWide ? blockBytes / 2 : blockBytes;
  }

  /** @returns `false` where what is in it would not fit, so that half of the block is used. */
  #widen(): boolean {
    if (this.#length > blockBytes / 2) return false;
    const text = this.slice(0, this.#length);
    this.#isWide = true;
    this.#bytes.write(text, 0, "utf16le");
    return true;
  }
}
