/**
 * Finds where any of many words stands in a text, at three bytes of every second place: each
 * word of four characters has such a block at an even place and at an odd one. No look depends on
 * the one before, so that a processor does several at once; an algorithm that skips further, such
 * as that of Wu and Manber (TR-94-17), has to wait for every single skip.
 */

/** Characters that a word has at least to be looked for by its blocks. */
const leastLength = 4;
/** Bytes that are looked at together, which hold two blocks and the places of four beginnings. */
const stride = 4;
/** What is read behind the end of a text. */
const padding = 8;
/** Bits of an entry's index in a table, which stays in the nearest cache. */
const indexBits = 14;
/** Spreads blocks over a table: 2^32 divided by the golden ratio (Knuth, 6.4). */
const spreading = 0x9e3779b1;
/** Words that are looked for one by one. */
const mostShortWords = 8;

/** A word of ASCII. */
export interface SievedWord {
  readonly text: string;
  /** Whether the case of its letters does not matter. */
  readonly anyCase: boolean;
}

export class WordSieve {
  /** By three bytes: 1 where a word has them at its beginning, or one place behind it. */
  readonly #blocks = new Uint8Array(1 << indexBits);
  /** By four bytes: 1 where a word begins with them. */
  readonly #beginnings = new Uint8Array(1 << indexBits);
  /** By the index of their beginnings: words in small letters. */
  readonly #words = new Map<number, Uint8Array[]>();
  /** Words that have no block for each place. */
  readonly #shortWords: readonly string[];
  #scratch = Buffer.allocUnsafeSlow(padding);
  #view = new DataView(this.#scratch.buffer);

  /** Whether it can look for such words, and gains by it. */
  static takes(words: readonly SievedWord[]): boolean {
    const short = words.filter(isShort);
    return short.length <= mostShortWords && short.every(({ anyCase }) => !anyCase);
  }

  /** @param words that `takes` accepts. */
  constructor(words: readonly SievedWord[]) {
    // Blanks are everywhere: a search for what follows them stops less often.
    this.#shortWords = words.filter(isShort).map(({ text }) => text.trimStart() || text);
    const long = words.filter((word) => !isShort(word)).map(({ text }) => text.toLowerCase());
    for (const text of new Set(long)) this.#add(Buffer.from(text));
  }

  /**
   * Where the first word begins, or is, from `from` on; -1 if none is there. It may be in another
   * case, for a closer look tells.
   */
  firstIn(text: string, from = 0): number {
    this.load(text);
    const short = this.#shortWords.map((word) => text.indexOf(word, from));
    const places = [this.nextLoaded(from, text.length), ...short].filter((place) => place !== -1);
    return places.length === 0 ? -1 : Math.min(...places);
  }

  /** Takes a text in, to look for its words one after the other. */
  load(text: string): void {
    const needed = text.length + padding;
    if (this.#scratch.length < needed) {
      this.#scratch = Buffer.allocUnsafeSlow(needed);
      this.#view = new DataView(this.#scratch.buffer);
    }
    // What is not Latin-1 may look like a word then, and a word always does.
    this.#scratch.write(text, 0, "latin1");
  }

  /** Where the first word of four characters or more begins in the loaded text; -1 if none does. */
  nextLoaded(from: number, end: number): number {
    if (this.#words.size === 0) return -1;
    const blocks = this.#blocks;
    const view = this.#view;
    let four = from < end ? view.getInt32(from, true) : 0;
    for (let at = from; at < end; at += stride) {
      const next = view.getInt32(at + stride, true);
      const second = (four >>> 16) | ((next & 0xff) << 16);
      if ((blocks[indexOf(four & 0xffffff)] as number) | (blocks[indexOf(second)] as number)) {
        const start = this.#startOfWord(Math.max(from, at - 1), at + stride - 1, end);
        if (start !== -1) return start;
      }
      four = next;
    }
    return -1;
  }

  #add(word: Uint8Array): void {
    const [first = 0, second = 0, third = 0, fourth = 0] = word;
    this.#blocks[indexOf(first | (second << 8) | (third << 16))] = 1;
    this.#blocks[indexOf(second | (third << 8) | (fourth << 16))] = 1;
    const index = indexOf(first | (second << 8) | (third << 16) | (fourth << 24));
    this.#beginnings[index] = 1;
    this.#words.set(index, [...(this.#words.get(index) ?? []), word]);
  }

  /** Where the first word begins, from `first` on and before `last`; -1 where none does. */
  #startOfWord(first: number, last: number, end: number): number {
    for (let start = first; start < last; start += 1) {
      const index = indexOf(this.#view.getInt32(start, true));
      if (this.#beginnings[index] === 1 && this.#isWordAt(index, start, end)) return start;
    }
    return -1;
  }

  #isWordAt(index: number, start: number, end: number): boolean {
    const words = this.#words.get(index) ?? [];
    return words.some((word) => start + word.length <= end && this.#stands(word, start));
  }

  #stands(word: Uint8Array, start: number): boolean {
    return word.every((byte, index) => small(this.#scratch[start + index] as number) === byte);
  }
}

function isShort({ text }: SievedWord): boolean {
  return text.length < leastLength;
}

/** Of up to four bytes, whatever the case of their letters. */
function indexOf(bytes: number): number {
  return Math.imul(bytes | 0x20202020, spreading) >>> (32 - indexBits);
}

/** ASCII in small letters. */
function small(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
