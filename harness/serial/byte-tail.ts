/** The newest raw bytes of a port, up to a limit. */

const blockBytes = 64 * 1024;

/** Copies what it is given into blocks: a byte that came alone costs one byte. */
export class ByteTail {
  readonly #limit: number;
  /** Full but for the last one. */
  readonly #blocks: Uint8Array[] = [];
  /** One that has been dropped, to be filled again: a port that floods makes no garbage. */
  #spare: Uint8Array | undefined;
  #total = 0;

  /** @param limit bytes kept. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that are no longer kept. */
  get omitted(): number {
    return Math.max(0, this.#total - this.#limit);
  }

  add(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0) {
      const used = this.#total % blockBytes;
      if (used === 0) {
        this.#blocks.push(this.#spare ?? new Uint8Array(blockBytes));
        this.#spare = undefined;
      }
      const part = rest.subarray(0, blockBytes - used);
      (this.#blocks.at(-1) as Uint8Array).set(part, used);
      this.#total += part.length;
      rest = rest.subarray(part.length);
      // The oldest block goes once the others hold the limit, however full the newest is.
      if ((this.#blocks.length - 2) * blockBytes >= this.#limit) {
        this.#spare = this.#blocks.shift();
      }
    }
  }

  /** A copy of what is kept. */
  toBytes(): Uint8Array {
    const kept = new Uint8Array(this.#total - this.omitted);
    let end = kept.length;
    let used = this.#total % blockBytes || blockBytes;
    for (let index = this.#blocks.length - 1; index >= 0 && end > 0; index -= 1) {
      const block = this.#blocks[index] as Uint8Array;
      const part = block.subarray(Math.max(0, used - end), used);
      end -= part.length;
      kept.set(part, end);
      used = blockBytes;
    }
    return kept;
  }
}
