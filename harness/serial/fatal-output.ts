/** Output by which a guest says that it is dead, and the watch that looks for it on a port. */
import { type Death, deathOf, type Reason } from "../deaths/index.ts";
import { DeathSearch } from "./death-search.ts";
import { FatalPatterns, type FatalSearches } from "./fatal-searches.ts";
import { type FatalOutput, GrowingOutput, longestLine } from "./growing-output.ts";
import { type ReasonBelow, reasonBelow } from "./reason-below.ts";

/** Outputs that are kept and reported: a kernel that panics in a loop tells one story. */
const mostKept = 100;

/** Looks for fatal output in a text, once per character; at most one output per line. */
export class FatalWatch {
  readonly #deaths: readonly Death[];
  readonly #patterns: FatalPatterns;
  readonly #onComplete: (output: FatalOutput) => void;
  #deathSearch: DeathSearch | undefined;
  #searches: FatalSearches;
  #offset: number;
  /** The newest part of the current line, for the message, and the length of the line. */
  #line = "";
  #lineLength = 0;
  #growing: GrowingOutput | undefined;
  #below: ReasonBelow | undefined;
  #first: FatalOutput | undefined;
  /** What no wait has passed, oldest first. */
  #standing: FatalOutput[] = [];
  /** Up to where waits have answered for what was printed. */
  #passed = Number.NEGATIVE_INFINITY;
  #passedEarly: FatalOutput | undefined;
  #isSuspended = false;
  #reported = 0;

  /**
   * @param start offset where the text begins.
   * @param onComplete called with the first outputs, each once its line is complete or quiet.
   */
  constructor(
    patterns: readonly (string | RegExp)[],
    start: number,
    onComplete: (output: FatalOutput) => void = () => {},
  ) {
    this.#deaths = patterns.flatMap((pattern) => deathOf(pattern) ?? []);
    const own = patterns.filter((pattern) => deathOf(pattern) === undefined);
    this.#patterns = new FatalPatterns(own);
    this.#searches = this.#patterns.searchFrom(start);
    this.#onComplete = onComplete;
    this.#offset = start;
    this.#beginSearches();
  }

  /**
   * Offset from which on nothing is decided before its line is complete or quiet: that line may
   * become fatal output. `undefined` where there is none, or where it is expected.
   */
  get doubt(): number | undefined {
    return this.#isSuspended || this.#growing !== undefined ? undefined : this.#deathSearch?.doubt;
  }

  /** Why the user's patterns say nothing any more: a look of one had to be ended. */
  get failure(): Error | undefined {
    return this.#patterns.failure;
  }

  /** The first fatal output, expected or not. */
  get first(): FatalOutput | undefined {
    return this.#first;
  }

  /** The first that no wait has passed with a `failOn` of its own; an assertion may expect it. */
  get standing(): FatalOutput | undefined {
    return this.#standing[0];
  }

  /** The first fatal output that nothing expected. */
  get unexpected(): FatalOutput | undefined {
    return this.#isSuspended ? undefined : this.standing;
  }

  /** The same if nothing more came: a line that may still become fatal counts as it stands. */
  get unexpectedNow(): FatalOutput | undefined {
    if (this.unexpected !== undefined || this.doubt === undefined) return this.unexpected;
    const decidedAt = this.#deathSearch?.peek()?.decidedAt;
    if (decidedAt === undefined) return undefined;
    return new GrowingOutput(decidedAt, this.#line, this.#lineLength, undefined);
  }

  /** The first that concerns a wait from `start` on, also where another has passed it early. */
  unexpectedFrom(start: number): FatalOutput | undefined {
    const early = this.#isSuspended ? undefined : this.#passedEarly;
    return early !== undefined && early.decidedAt > start ? early : this.unexpected;
  }

  /** Whether fatal output is expected. */
  get isSuspended(): boolean {
    return this.#isSuspended;
  }

  /** Feeds the next piece of text. An output is there from its deciding character on. */
  add(piece: string): void {
    let rest = piece;
    while (rest !== "") {
      if (this.#growing === undefined) rest = this.#find(rest);
      else if (this.#below === undefined) rest = this.#grow(this.#growing, rest);
      else rest = this.#growBelow(this.#growing, this.#below, rest);
    }
  }

  /** The line has gone quiet: what could still grow counts, and what is known of it is all. */
  settle(): void {
    if (this.#growing === undefined) {
      const first = this.#deathSearch?.settle() ?? this.#searches.settle();
      if (first !== undefined) this.#begin(first.decidedAt, undefined);
    }
    const left = this.#growing && this.#below ? this.#endBelow(this.#growing, this.#below) : "";
    this.#complete();
    if (left === "") return;
    this.add(left);
    this.settle();
  }

  /** A wait answers for what was decided up to `offset`: it is judged no more. */
  passUpTo(offset: number): void {
    this.#passed = Math.max(this.#passed, offset);
    this.#standing = this.#standing.filter(({ decidedAt }) => decidedAt > offset);
  }

  /** From now on all fatal output is expected, and so is what there has been. */
  suspend(): void {
    this.#isSuspended = true;
  }

  /** Takes `text` up to the character that decides an output; returns what is left. */
  #find(text: string): string {
    const death = this.#deathSearch?.add(text);
    const own = this.#searches.add(text);
    if (death === undefined && own === undefined) {
      this.#remember(text);
      return "";
    }
    const never = Number.POSITIVE_INFINITY;
    const decidedAt = Math.min(death?.decidedAt ?? never, own ?? never);
    // The word that decides may have come with an earlier piece of the line.
    const taken = Math.max(0, decidedAt - this.#offset);
    // Where the end of the line itself decides, the output stands before it.
    const endsLine = text[taken - 1] === "\n";
    this.#remember(text.slice(0, endsLine ? taken - 1 : taken));
    const isDeath = death?.decidedAt === decidedAt;
    this.#begin(decidedAt, isDeath ? death.death.reason : undefined);
    if (endsLine) {
      this.#remember("\n");
      this.#complete();
    }
    return text.slice(taken);
  }

  #begin(decidedAt: number, reason: Reason | undefined): void {
    this.#growing = new GrowingOutput(decidedAt, this.#line, this.#lineLength, reason);
    this.#first ??= this.#growing;
    // A wait may have passed the word before its line was judged.
    if (decidedAt <= this.#passed) {
      this.#passedEarly = this.#growing;
      return;
    }
    // Waits take the oldest away first: beyond the limit the newest speaks for the rest.
    if (this.#standing.length === mostKept) this.#standing.pop();
    this.#standing.push(this.#growing);
  }

  #grow(output: GrowingOutput, text: string): string {
    const newline = text.indexOf("\n");
    const end = newline === -1 ? text.length : newline;
    output.grow(text.slice(0, end));
    if (newline === -1) {
      this.#remember(text);
      return "";
    }
    this.#remember(text.slice(0, end + 1));
    this.#below = reasonBelow(output.line, output.reason);
    if (this.#below === undefined) this.#complete();
    return text.slice(end + 1);
  }

  #growBelow(output: GrowingOutput, below: ReasonBelow, text: string): string {
    const ended = below.add(text);
    if (ended === undefined) return "";
    const { line, fits } = below.take();
    // A line that is no reason is judged as any other.
    if (!fits) {
      this.#complete();
      return `${line}${ended.lineEnd}${ended.rest}`;
    }
    this.#append(output, `${line}${ended.lineEnd}`);
    if (!below.mayGoOn) this.#complete();
    return ended.rest;
  }

  /** Nothing more comes of the line below. @returns what is no reason, and not judged yet. */
  #endBelow(output: GrowingOutput, below: ReasonBelow): string {
    if (below.unfinished === "") return "";
    const { line, fits } = below.take();
    if (!fits) return line;
    this.#append(output, line);
    return "";
  }

  #append(output: GrowingOutput, text: string): void {
    output.append(text);
    this.#remember(text);
  }

  #complete(): void {
    const output = this.#growing;
    if (output === undefined) return;
    output.complete = true;
    this.#growing = undefined;
    this.#below = undefined;
    this.#beginSearches();
    if (this.#reported === mostKept) return;
    this.#reported += 1;
    this.#onComplete(output);
  }

  #beginSearches(): void {
    this.#searches = this.#patterns.searchFrom(this.#offset);
    if (this.#deaths.length === 0) return;
    this.#deathSearch = new DeathSearch(this.#deaths, this.#offset, this.#line !== "");
  }

  #remember(text: string): void {
    this.#offset += text.length;
    const newline = text.lastIndexOf("\n");
    const line = newline === -1 ? this.#line + text : text.slice(newline + 1);
    this.#lineLength = newline === -1 ? this.#lineLength + text.length : line.length;
    this.#line = line.slice(-longestLine);
  }
}
