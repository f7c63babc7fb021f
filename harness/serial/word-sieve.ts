/**
 * Finds where any of many words stands in a text, without a look at most of its characters: the
 * algorithm of Wu and Manber ("A fast algorithm for multi-pattern searching", TR-94-17).
 */

/** Characters of each word that are looked for at first: the more, the fewer looks. */
const leastWindow = 5;
const mostWindow = 8;
/** Characters in a block, by which the next place to look at is chosen. */
const blockLength = 2;
/** Entries of the table of blocks, so that it stays in the nearest cache. */
const tableSize = 4096;
/** Words that are looked for one by one. */
const mostShortWords = 8;

/** A word of ASCII. */
export interface SievedWord {
  readonly text: string;
  /** Whether the case of its letters does not matter. */
  readonly anyCase: boolean;
}

export class WordSieve {
  readonly #window: number;
  /** By block: how far the next place is where a word may end. */
  readonly #shifts = new Uint8Array(tableSize);
  /** By the last block of its window, in small letters: the words. */
  readonly #words = new Map<number, Uint8Array[]>();
  /** Words that are shorter than a window. */
  readonly #shortWords: readonly string[];
  #scratch: Buffer = Buffer.allocUnsafeSlow(0);

  /** Whether it can look for such words, and gains by it. */
  static takes(words: readonly SievedWord[]): boolean {
    const short = words.filter(isShort);
    return short.length <= mostShortWords && short.every(({ anyCase }) => !anyCase);
  }

  /** @param words that `takes` accepts. */
  constructor(words: readonly SievedWord[]) {
    const long = words.filter((word) => !isShort(word));
    // Blanks are everywhere: a search for what follows them stops less often.
    this.#shortWords = words.filter(isShort).map(({ text }) => text.trimStart() || text);
    this.#window = Math.min(mostWindow, ...long.map(({ text }) => text.length));
    this.#shifts.fill(this.#window - blockLength + 1);
    for (const word of long) this.#add(word);
  }

  /**
   * Where the first word begins, or is, from `from` on; -1 if none is there. It may be in another
   * case, for a closer look tells.
   */
  firstIn(text: string, from = 0): number {
    const short = this.#shortWords.map((word) => text.indexOf(word, from));
    const places = [this.#firstLong(text, from), ...short].filter((place) => place !== -1);
    return places.length === 0 ? -1 : Math.min(...places);
  }

  #firstLong(text: string, from: number): number {
    if (this.#words.size === 0) return -1;
    const { length } = text;
    if (this.#scratch.length < length) this.#scratch = Buffer.allocUnsafeSlow(length);
    const bytes = this.#scratch;
    // What is not Latin-1 may look like a word then, and a word always does.
    bytes.write(text, 0, "latin1");
    const shifts = this.#shifts;
    const window = this.#window;
    for (let at = from + window - 1; at < length; ) {
      const [first, second] = [bytes[at - 1] as number, bytes[at] as number];
      const shift = shifts[blockOf(first, second)] as number;
      if (shift > 0) {
        at += shift;
        continue;
      }
      const start = at - window + 1;
      if (this.#isWordAt(bytes, start, first, second)) return start;
      at += 1;
    }
    return -1;
  }

  #add({ anyCase, text }: SievedWord): void {
    const word = Buffer.from(text.toLowerCase());
    const shifts = this.#shifts;
    for (let end = blockLength; end <= this.#window; end += 1) {
      const block = text.slice(end - blockLength, end);
      for (const [first, second] of anyCase ? casesOf(block) : [Buffer.from(block)]) {
        const index = blockOf(first as number, second as number);
        shifts[index] = Math.min(shifts[index] as number, this.#window - end);
      }
    }
    const [first, second] = word.subarray(this.#window - blockLength);
    const last = blockOf(first as number, second as number);
    this.#words.set(last, [...(this.#words.get(last) ?? []), word]);
  }

  #isWordAt(bytes: Uint8Array, start: number, first: number, second: number): boolean {
    const words = this.#words.get(blockOf(small(first), small(second))) ?? [];
    return words.some((word) =>
      word.every((byte, index) => small(bytes[start + index] as number) === byte),
    );
  }
}

function isShort({ text }: SievedWord): boolean {
  return text.length < leastWindow;
}

function blockOf(first: number, second: number): number {
  return ((first << 5) ^ second) & (tableSize - 1);
}

/** ASCII in small letters. */
function small(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** Two letters in all ways to write them. */
function casesOf(block: string): Uint8Array[] {
  const both = [block.toLowerCase(), block.toUpperCase()] as const;
  return both.flatMap(([first]) => both.map(([, second]) => Buffer.from(`${first}${second}`)));
}
