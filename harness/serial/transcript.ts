/** What a port has printed so far, as text: the newest part in memory, the whole in the log. */
import { TextBlock } from "./text-block.ts";

/** Characters that a line is taken to have on average when the last lines are cut out. */
const lineCharacters = 400;

/**
 * Keeps text in order and forgets the oldest beyond a limit. Offsets stay absolute. The text lies
 * outside of the engine's heap, in blocks that are used again: 100 MB that pass through the heap
 * leave many times the limit behind until the collector comes.
 */
export class Transcript {
  readonly #limit: number;
  /** Oldest first; only the last one takes more. */
  readonly #blocks: TextBlock[] = [];
  /** Those that were dropped, to be filled again. */
  readonly #spares: TextBlock[] = [];
  #end = 0;
  /** Offset of the first character in `#blocks`. */
  #blocksStart = 0;

  /** @param limit characters kept. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(piece: string): void {
    this.#end += piece.length;
    let rest = piece;
    for (;;) {
      rest = rest.slice(this.#blocks.at(-1)?.take(rest) ?? 0);
      if (rest === "") break;
      this.#blocks.push(this.#spares.pop() ?? new TextBlock());
    }
    // A block goes as a whole; `omitted` hides what is left of it beyond the limit.
    for (;;) {
      const oldest = this.#blocks[0]?.length ?? Number.POSITIVE_INFINITY;
      if (this.#blocksStart + oldest > this.omitted) break;
      this.#blocksStart += oldest;
      const dropped = this.#blocks.shift() as TextBlock;
      dropped.clear();
      this.#spares.push(dropped);
    }
  }

  /** Offset after the newest character, counted from the very first. */
  get end(): number {
    return this.#end;
  }

  /** Characters that are no longer kept. */
  get omitted(): number {
    return Math.max(0, this.#end - this.#limit);
  }

  /** The text from `start` to `end`, as far as it is still kept; costs what it returns. */
  slice(start: number, end: number = this.#end): string {
    const from = Math.max(start, this.omitted);
    if (end <= from) return "";
    const parts: string[] = [];
    let blockStart = this.#end;
    for (let index = this.#blocks.length - 1; index >= 0 && blockStart > from; index -= 1) {
      const block = this.#blocks[index] as TextBlock;
      blockStart -= block.length;
      if (blockStart >= end) continue;
      parts.push(block.slice(Math.max(0, from - blockStart), end - blockStart));
    }
    return parts.reverse().join("");
  }

  /** Offset of the first line end from `start` on, as far as text is still kept, or -1. */
  newline(start: number): number {
    const from = Math.max(start, this.omitted);
    let index = this.#blocks.length;
    let blockStart = this.#end;
    while (index > 0 && blockStart > from) {
      index -= 1;
      blockStart -= (this.#blocks[index] as TextBlock).length;
    }
    for (; index < this.#blocks.length; index += 1) {
      const block = this.#blocks[index] as TextBlock;
      const found = block.newline(Math.max(0, from - blockStart));
      if (found !== -1) return blockStart + found;
      blockStart += block.length;
    }
    return -1;
  }

  /**
   * What stands between `start` and `end`; says at its head what has been left out. It reaches
   * back half of what is kept: so much is there whatever else came in the same chunk as `end`.
   */
  before(end: number, start: number): string {
    const from = Math.max(start, end - Math.floor(this.#limit / 2));
    return leftOut(from - start) + this.slice(from, end);
  }

  /** Everything; says at its head what has been left out. */
  toString(): string {
    return leftOut(this.omitted) + this.slice(0);
  }

  /**
   * The last `count` lines from `start` on, the last one possibly unfinished; without trailing
   * empty lines. Where lines are very long the first one lacks its beginning, and says so.
   * @param rest what stands behind the text and is no part of it yet.
   */
  lastLines(count: number, start = 0, rest = ""): string[] {
    const from = Math.max(start, this.#end - count * lineCharacters);
    const lines = (this.slice(from) + rest).split("\n");
    if (from > start && this.slice(from - 1, from) !== "\n") lines[0] = `${cutBefore}${lines[0]}`;
    while (lines.length > 0 && lines.at(-1)?.trim() === "") lines.pop();
    return lines.slice(-count);
  }
}

const cutBefore = "[the line's beginning is left out: see the log] ";

function leftOut(characters: number): string {
  return characters === 0 ? "" : `[${characters} characters left out: see the log]\n`;
}
