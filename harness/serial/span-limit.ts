/** Tells where a match may have been missed because it would span more than a look reaches back. */
import { staysInLine } from "./expression.ts";

/** A repetition that may be longer than a look reaches back. */
const repetition = String.raw`(?:[*+]|\{\d+,\}|\{(?:\d+,)?\d{4,}\})`;
const repeatsAny = new RegExp(repetition);
/** Of what may be a newline: a class, what is no word, digit or blank, or a group. */
const repeatsNewline = new RegExp(
  String.raw`(?:\[\^(?!\\n)[^\]]*\]|\[[^\]]*\\[sSWDn][^\]]*\]|\\[SWD]|\))${repetition}`,
);

export class SpanLimit {
  readonly #characters: number;
  readonly #inLine: boolean;
  readonly #isOf: boolean;
  #seen = 0;
  #line = 0;
  #isLong = false;

  /** @param characters that a match can span. */
  constructor(expression: RegExp, characters: number) {
    this.#characters = characters;
    this.#inLine = staysInLine(expression);
    const { dotAll, source } = expression;
    this.#isOf =
      this.#inLine || (dotAll && source.includes("."))
        ? repeatsAny.test(source)
        : repeatsNewline.test(source);
  }

  /** Measures the next piece of the text. */
  add(piece: string): void {
    if (!this.#isOf || this.#isLong) return;
    this.#seen += piece.length;
    if (this.#inLine) this.#measureLines(piece);
    else this.#isLong = this.#seen > this.#characters;
  }

  /** For a message, where the text was longer than a match can be. */
  get detail(): string {
    if (!this.#isLong) return "";
    const printed = this.#inLine ? "a longer line" : "more than that";
    return (
      `\n  limit: a match of a regular expression can span ${this.#characters} characters, and ` +
      `the guest has printed ${printed} (docs/limits.md, "what a match can span")`
    );
  }

  #measureLines(piece: string): void {
    let from = 0;
    for (;;) {
      const reach = from + this.#characters - this.#line;
      const newline = piece.lastIndexOf("\n", reach);
      if (newline < from && piece.length > reach) {
        this.#isLong = true;
        return;
      }
      if (newline >= from) this.#line = 0;
      else this.#line += piece.length - from;
      if (newline < from) return;
      from = newline + 1;
    }
  }
}
