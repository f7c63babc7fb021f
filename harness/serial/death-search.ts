/**
 * The search for what the tables of deaths know. It judges whole lines, because only the rest of a
 * line tells "Kernel panic: no init" from "Kernel panic: disabled"; but what it finds counts from
 * the first word of death on, and a match behind that word waits until the line is judged.
 */
import { type Death, endOfFirstMark, isMarkAt, marksIn, markWords } from "../deaths/index.ts";
import { WordSieve } from "./word-sieve.ts";

/** Characters of a line that are judged together: a longer line is judged in such pieces. */
const judgedCharacters = 4096;
/** Characters of the longest word. */
const longestMark = 24;
const sieve = new WordSieve(markWords.map((text) => ({ text, anyCase: true })));

/** A line in which a guest says that it dies. */
export interface FoundDeath {
  /** Offset after the first word of death in it. */
  readonly decidedAt: number;
  readonly death: Death;
}

export class DeathSearch {
  readonly #deaths: readonly Death[];
  /** The line so far, and where it begins. */
  #line = "";
  #lineStart: number;
  /** How much of the line has been searched for words. */
  #searched = 0;
  #doubt: number | undefined;
  /** Whether a word is in the line: one without any needs no closer look. */
  #hasMark = false;
  #isSkipping: boolean;

  /** @param isInLine whether `start` is in a line that has been judged already. */
  constructor(deaths: readonly Death[], start: number, isInLine: boolean) {
    this.#deaths = deaths;
    this.#lineStart = start;
    this.#isSkipping = isInLine;
  }

  /** Offset after a word of death in a line that may become one, if there is such a line. */
  get doubt(): number | undefined {
    return this.#doubt;
  }

  /** Looks at the lines that `piece` completes. Once something is found, the search is over. */
  add(piece: string): FoundDeath | undefined {
    let from = 0;
    if (this.#isSkipping) {
      from = piece.indexOf("\n") + 1;
      this.#lineStart += from === 0 ? piece.length : from;
      if (from === 0) return undefined;
      this.#isSkipping = false;
    }
    if (this.#line !== "") {
      const newline = piece.indexOf("\n", from);
      const found = this.#grow(newline === -1 ? piece.slice(from) : piece.slice(from, newline));
      if (found !== undefined || newline === -1) return found;
      const ended = this.#endLine();
      if (ended !== undefined) return ended;
      from = newline + 1;
    }
    return this.#addLines(piece, from);
  }

  /** The line is quiet: it is judged as it stands. */
  settle(): FoundDeath | undefined {
    this.#doubt = undefined;
    return this.peek();
  }

  /** What the line would be if nothing more came; it may still grow. */
  peek(): FoundDeath | undefined {
    return this.#line === "" ? undefined : this.#judge(this.#line, this.#lineStart);
  }

  /** Takes whole lines, and the beginning of the last one. `from` begins a line. */
  #addLines(piece: string, from: number): FoundDeath | undefined {
    const start = this.#lineStart - from;
    const tail = piece.lastIndexOf("\n") + 1;
    if (from < tail) sieve.load(piece);
    for (let seen = from; seen < tail; ) {
      const mark = nextMark(piece, seen, tail);
      if (mark === -1) break;
      const begin = Math.max(from, piece.lastIndexOf("\n", mark) + 1);
      const end = piece.indexOf("\n", mark);
      const segment = mark - ((mark - begin) % judgedCharacters);
      const text = piece.slice(segment, Math.min(end, segment + judgedCharacters));
      const found = this.#judge(text, start + segment);
      if (found !== undefined) return found;
      seen = segment + text.length + (segment + text.length === end ? 1 : 0);
    }
    this.#lineStart = start + Math.max(from, tail);
    return this.#grow(piece.slice(Math.max(from, tail)));
  }

  /** Takes a part of a line. */
  #grow(text: string): FoundDeath | undefined {
    let rest = text;
    while (rest !== "") {
      const room = judgedCharacters - this.#line.length;
      this.#line += rest.slice(0, room);
      rest = rest.slice(room);
      this.#lookForDoubt();
      if (this.#line.length < judgedCharacters) break;
      const found = this.#endLine();
      if (found !== undefined) return found;
      // No newline stood between the two pieces.
      this.#lineStart -= 1;
    }
    return undefined;
  }

  #lookForDoubt(): void {
    const from = Math.max(0, this.#searched - longestMark);
    if (this.#doubt === undefined) {
      const end = endOfFirstMark(this.#line, from);
      if (end !== -1) {
        this.#doubt = this.#lineStart + end;
        this.#hasMark = true;
      }
    }
    this.#searched = this.#line.length;
  }

  /** Judges the line, and begins the next one behind a newline. */
  #endLine(): FoundDeath | undefined {
    const line = this.#line;
    const found = this.#hasMark ? this.#judge(line, this.#lineStart) : undefined;
    if (found !== undefined) return found;
    this.#line = "";
    this.#hasMark = false;
    this.#lineStart += line.length + 1;
    this.#searched = 0;
    this.#doubt = undefined;
    return undefined;
  }

  #judge(line: string, start: number): FoundDeath | undefined {
    const marks = marksIn(line);
    if (marks.length === 0) return undefined;
    const death = this.#deaths.find(
      (row) => row.marks.some((mark) => marks.includes(mark)) && row.pattern.test(line),
    );
    if (death === undefined) return undefined;
    return { decidedAt: start + endOfFirstMark(line, 0), death };
  }
}

/** Where the first word begins in the loaded text; -1 where none does. */
function nextMark(text: string, from: number, end: number): number {
  let at = sieve.nextLoaded(from, end);
  while (at !== -1 && !isMarkAt(text, at)) at = sieve.nextLoaded(at + 1, end);
  return at;
}
