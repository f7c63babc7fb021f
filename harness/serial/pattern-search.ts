/**
 * Incremental search for a string or a regular expression in a growing text. The outcome is that
 * of looking after every single character, so it does not depend on chunking, but the cost is
 * that of a few looks per chunk.
 *
 * Why few looks are enough: a match that ends before the end of what has arrived stays possible
 * however the text goes on. So where the text up to `b` has no match at all, no shorter text had
 * one that counts, and halving finds the first that does. Lookaheads can break this; expressions
 * where they do are looked at when a line is complete.
 */
import {
  canBeUndone,
  isStable,
  looksBehind,
  requiredText,
  staysInLine,
  withFlags,
} from "./expression.ts";
import type { Found, PatternSearch } from "./search.ts";
import { LimitedLook } from "./slow-look.ts";
import { SpanLimit } from "./span-limit.ts";
import { StringSearch } from "./string-search.ts";

/** Characters that a match of a regular expression may reach back from the newest one. */
export const lookBackCharacters = 8192;

/** Texts are looked at in stretches of this many look-backs, so that memory stays bounded. */
const stretchLookBacks = 4;
/** Look-backs that stay visible to lookbehinds before the beginning of a stretch. */
const keptLookBacks = 2;

export interface SearchOptions {
  /** Count a match as soon as it is there, even where it could still grow. Default `false`. */
  readonly immediate?: boolean;
  /** In characters; default `lookBackCharacters`. */
  readonly lookBack?: number;
}

/** @param start offset where the search begins: nothing before it is seen. */
export function searchFor(
  pattern: string | RegExp,
  start: number,
  options: SearchOptions = {},
): PatternSearch {
  return typeof pattern === "string"
    ? new StringSearch(pattern, start)
    : new RegExpSearch(pattern, start, options);
}

class RegExpSearch implements PatternSearch {
  readonly #expression: RegExp;
  /** Ends what would hold everything up. */
  readonly #limitedLook: LimitedLook;
  readonly #span: SpanLimit;
  readonly #byLine: boolean;
  readonly #inLine: boolean;
  /** Text can be judged without what stands before it, but for what a match may span. */
  readonly #isLocal: boolean;
  readonly #required: string;
  readonly #immediate: boolean;
  readonly #lookBack: number;
  readonly #stretch: number;
  readonly #start: number;
  /** The text from `#base` on; `#base` and all positions below count from the search's start. */
  #window = "";
  #base = 0;

  constructor(expression: RegExp, start: number, options: SearchOptions) {
    this.#expression = withFlags(expression, "g");
    this.#limitedLook = new LimitedLook(this.#expression);
    this.#byLine = canBeUndone(expression);
    this.#inLine = staysInLine(expression);
    this.#isLocal = !this.#byLine && (this.#inLine || !looksBehind(expression));
    this.#required = requiredText(expression);
    this.#immediate = options.immediate === true && isStable(expression);
    this.#lookBack = options.lookBack ?? lookBackCharacters;
    this.#span = new SpanLimit(expression, this.#lookBack);
    this.#stretch = stretchLookBacks * this.#lookBack;
    this.#start = start;
  }

  get detail(): string {
    return this.#span.detail;
  }

  add(piece: string, isRuledOut = false): Found | undefined {
    this.#span.add(piece);
    const [head, tail] = this.#inLine
      ? [piece.indexOf("\n") + 1, piece.lastIndexOf("\n")]
      : [this.#lookBack + 1, piece.length - this.#lookBack - 1];
    const isShort = tail < head || piece.length - tail > keptLookBacks * this.#lookBack;
    const mayMatch = () => !isRuledOut && this.#mayMatch(piece, head);
    if (isShort || !this.#isLocal || mayMatch()) return this.#addClosely(piece);
    // No match begins in the piece but at its head, where one that began earlier may end.
    const found = this.#addClosely(piece.slice(0, head));
    if (found !== undefined) return found;
    this.#base += this.#window.length + tail - head;
    this.#window = piece.slice(tail);
    return undefined;
  }

  /** Whether a match begins in `piece`: in a line behind the first one, or anywhere. */
  #mayMatch(piece: string, head: number): boolean {
    // The character before shows whether a line or a word begins.
    return this.#matchIn(piece, this.#inLine ? head : 1) !== undefined;
  }

  #addClosely(piece: string): Found | undefined {
    let rest = piece;
    while (rest !== "") {
      const from = this.#base + this.#window.length;
      const room = this.#stretch - (from % this.#stretch);
      this.#forget(from);
      this.#window += rest.slice(0, room);
      rest = rest.slice(room);
      const to = this.#base + this.#window.length;
      const found = this.#byLine ? this.#firstLine(from, to) : this.#firstIn(from, to);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  settle(held = ""): Found | undefined {
    const [base, window] = [this.#base, this.#window];
    const found = (held === "" ? undefined : this.#addClosely(held)) ?? this.#settleWindow();
    [this.#base, this.#window] = [base, window];
    return found;
  }

  #settleWindow(): Found | undefined {
    const length = this.#base + this.#window.length;
    const match = length === 0 ? undefined : this.#look(length - 1, length);
    return match === undefined ? undefined : this.#found(match, length);
  }

  /** The first length in (from, to] at which a match counts; none does at `from` or before. */
  #firstIn(from: number, to: number): Found | undefined {
    const match = this.#look(from, to);
    if (match === undefined) return undefined;
    if (to - from === 1) {
      const counts = this.#immediate || !this.#touches(match, to);
      return counts ? this.#found(match, to) : undefined;
    }
    const middle = (from + to) >> 1;
    return this.#firstIn(from, middle) ?? this.#firstIn(middle, to);
  }

  /** The first end of a line in (from, to] that shows a match before it. */
  #firstLine(from: number, to: number): Found | undefined {
    let seen = from;
    for (;;) {
      const newline = this.#window.indexOf("\n", seen - this.#base);
      if (newline === -1) return undefined;
      const end = this.#base + newline + 1;
      if (end > to) return undefined;
      const match = this.#look(end - 1, end);
      if (match !== undefined && !this.#touches(match, end)) return this.#found(match, end);
      seen = end;
    }
  }

  /** The match in the first `to` characters that the look-back of one in (from, to] reaches. */
  #look(from: number, to: number): RegExpExecArray | undefined {
    const length = to - this.#base;
    const text = length === this.#window.length ? this.#window : this.#window.slice(0, length);
    return this.#matchIn(text, this.#earliest(from - this.#base));
  }

  /** The first match that begins at `from` or behind it. */
  #matchIn(text: string, from: number): RegExpExecArray | undefined {
    if (this.#required !== "" && !text.includes(this.#required, from)) return undefined;
    this.#expression.lastIndex = from;
    return this.#limitedLook.at(text) ?? undefined;
  }

  /** A match within a line that ended in an earlier line would have been found there. */
  #earliest(seen: number): number {
    const reach = Math.max(0, seen + 1 - this.#lookBack);
    if (!this.#inLine || seen === 0) return reach;
    return Math.max(reach, this.#window.lastIndexOf("\n", seen - 1) + 1);
  }

  #touches(match: RegExpExecArray, to: number): boolean {
    return this.#base + match.index + match[0].length === to;
  }

  #found(match: RegExpExecArray, decidedAt: number): Found {
    const start = this.#start + this.#base + match.index;
    const text = match[0];
    const end = start + text.length;
    return { start, end, decidedAt: this.#start + decidedAt, text, match };
  }

  /** Drops what no match can reach. That nothing else changes by it rests on position alone. */
  #forget(length: number): void {
    // The newline itself stays: what follows it is not the beginning of the text.
    const newline = this.#inLine ? this.#window.lastIndexOf("\n") : -1;
    if (newline > 0) this.#cut(newline);
    const reach = this.#window.length - keptLookBacks * this.#lookBack;
    if (length % this.#stretch === 0 && reach > 0) this.#cut(reach);
  }

  #cut(characters: number): void {
    this.#window = this.#window.slice(characters);
    this.#base += characters;
  }
}
