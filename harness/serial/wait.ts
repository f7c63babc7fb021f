/** One wait on a port: its patterns, its own fatal patterns, its limit and its verdict. */

import { SpecError } from "../evidence/index.ts";
import { type PassedLimit, startWaitLimit, type WaitLimit } from "../wait/index.ts";

import { FatalWatch } from "./fatal-output.ts";
import type { FatalOutput } from "./growing-output.ts";
import { checkPatterns } from "./pattern-check.ts";
import { searchFor } from "./pattern-search.ts";
import type { Found, PatternSearch } from "./search.ts";
import { checkWaitOptions, type WaitOptions } from "./wait-options.ts";

/** What a successful wait found. */
export interface SerialMatch {
  /** The matched text. */
  readonly text: string;
  /**
   * The match with its groups; `null` for a string pattern. Its `input` is `before` and `text`,
   * and its `index` the length of `before`.
   */
  readonly match: RegExpMatchArray | null;
  /** What the guest printed between the beginning of the wait and the match. */
  readonly before: string;
  /** Milliseconds from the guest's first instruction until the end of the match had arrived. */
  readonly atMs: number;
}

/** The match and the index of its pattern. */
export interface WaitResult {
  readonly index: number;
  readonly match: SerialMatch;
}

/** What a wait of the harness's own looks for, where no pattern could say it. */
export interface OwnAim {
  readonly search: PatternSearch;
  /** For messages, after the port's name: `to echo "x"`. */
  readonly description: () => string;
  /** Whether success moves the port's cursor behind what was found. */
  readonly movesCursor: boolean;
  /** What counts on a quiet line does not count at the limit, while the guest prints on. */
  readonly needsQuiet?: boolean;
  /** A message about a time-out names the line that is nearest to these. */
  readonly similar?: readonly (string | RegExp)[];
}

/** What a search of the wait found, and which one. */
export interface FoundPattern extends Found {
  readonly index: number;
}

/** What the output says about a wait. */
export type Verdict =
  | { readonly kind: "found"; readonly found: FoundPattern }
  | { readonly kind: "fatal"; readonly output: FatalOutput }
  | { readonly kind: "failed"; readonly error: Error };

export class SerialWait {
  #start: number;
  readonly patterns: readonly (string | RegExp)[];
  readonly promise: Promise<WaitResult>;
  readonly movesCursor: boolean;
  /** The patterns are what is waited for, and no more than similar to it. */
  readonly isForPatterns: boolean;
  /** The wait names its own fatal output; the port's does not concern it. */
  readonly hasOwnFatal: boolean;
  #searches: readonly PatternSearch[];
  readonly #aim: OwnAim | undefined;
  readonly #ownFatal: FatalWatch;
  #portFatal: FatalOutput | undefined;
  #portFailure: Error | undefined;
  /** Characters that come and stand before `start`: they were held back when it began. */
  #unseen = 0;
  #found: FoundPattern | undefined;
  #failure: Error | undefined;
  #resolve!: (result: WaitResult) => void;
  #reject!: (error: Error) => void;
  #stopTimer: () => void = () => {};

  /**
   * @param aim takes the place of the patterns, which then only name what is similar to it.
   * @throws `SpecError` for patterns that every output satisfies, and for no time-out.
   */
  constructor(
    patterns: readonly (string | RegExp)[],
    start: number,
    options: WaitOptions,
    aim?: OwnAim,
  ) {
    if (patterns.length === 0 && aim === undefined) {
      throw new SpecError("pattern", "is missing: say what to wait for");
    }
    checkPatterns("pattern", patterns);
    checkWaitOptions(options);
    this.#start = start;
    this.patterns = patterns;
    this.isForPatterns = aim === undefined;
    this.movesCursor = aim?.movesCursor ?? true;
    this.hasOwnFatal = options.failOn !== undefined;
    this.#aim = aim;
    this.#searches = aim ? [aim.search] : patterns.map((pattern) => searchFor(pattern, start));
    this.#ownFatal = new FatalWatch(options.failOn ?? [], start);
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** `to print /login: $/`, or `to print "a" or /b/`. */
  get description(): string {
    if (this.#aim !== undefined) return this.#aim.description();
    const names = this.patterns.map((pattern) =>
      typeof pattern === "string" ? JSON.stringify(pattern) : String(pattern),
    );
    return `to print ${names.join(" or ")}`;
  }

  /** Offset where the wait begins: it sees nothing before. */
  get start(): number {
    return this.#start;
  }

  /** `undefined` while the output has not decided; the line of fatal output may still grow. */
  get verdict(): Verdict | undefined {
    const output = this.hasOwnFatal ? this.#ownFatal.first : this.#portFatal;
    const found = this.#found;
    const failure = this.hasOwnFatal ? this.#ownFatal.failure : this.#portFailure;
    if (output !== undefined && (found === undefined || output.decidedAt <= found.decidedAt)) {
      return { kind: "fatal", output };
    }
    // Whether fatal output stood before what was found is not known.
    if (failure !== undefined) return { kind: "failed", error: failure };
    if (found !== undefined) return { kind: "found", found };
    return this.#failure && { kind: "failed", error: this.#failure };
  }

  /**
   * Whether what was found stands in a line that may yet become fatal output, behind its word.
   * @param doubt of the port's own fatal output.
   */
  isInDoubt(doubt: number | undefined): boolean {
    const from = this.hasOwnFatal ? this.#ownFatal.doubt : doubt;
    return from !== undefined && this.#found !== undefined && this.#found.decidedAt >= from;
  }

  /** Offset after the match, where there is one. */
  get foundEnd(): number {
    return this.#found?.end ?? this.start;
  }

  /** Arms the limit. */
  startTimer(limit: WaitLimit, onTimeout: (passed: PassedLimit) => void): void {
    this.#stopTimer = startWaitLimit(limit, onTimeout);
  }

  /** Lets go of the limit. */
  stopTimer(): void {
    this.#stopTimer();
  }

  /** The port's text ends at `end`, which may be before the beginning of this wait. */
  begin(end: number): void {
    this.#unseen = Math.max(0, this.start - end);
  }

  /** What stood before the beginning of this wait, behind `end`, was no text after all. */
  takeBack(end: number): void {
    if (this.#unseen === 0) return;
    this.#start = end;
    this.#unseen = 0;
    if (this.#aim === undefined) {
      this.#searches = this.patterns.map((pattern) => searchFor(pattern, end));
    }
  }

  add(piece: string): void {
    const text = piece.slice(this.#unseen);
    this.#unseen -= piece.length - text.length;
    if (text === "") return;
    this.#consider((search) => search.add(text));
    this.#ownFatal.add(text);
  }

  /** The limit has passed: for this wait, and only for it, nothing will grow any more. */
  expire(held: string): void {
    if (this.#aim?.needsQuiet) this.#ownFatal.settle();
    else this.settle(held);
  }

  /**
   * The line is quiet: what could still grow counts now.
   * @param held what stands behind the text, and may be no text after all.
   */
  settle(held: string): void {
    this.#ownFatal.settle();
    this.#consider((search) => search.settle(held.slice(this.#unseen)));
  }

  /**
   * Fatal output of the port that nothing expects: it stays this wait's, whatever comes later.
   * @param failure why the port's patterns for it say nothing any more.
   */
  meet(output: FatalOutput | undefined, failure: Error | undefined): void {
    if (this.hasOwnFatal) return;
    this.#portFatal ??= output;
    this.#portFailure ??= failure;
  }

  /** An assertion expects the port's fatal output after all. */
  forgive(): void {
    this.#portFatal = undefined;
  }

  resolve(result: WaitResult): void {
    this.stopTimer();
    this.#resolve(result);
  }

  reject(error: Error): void {
    this.stopTimer();
    this.#reject(error);
  }

  /** Limits that may be why it has failed, for its message. */
  get detail(): string {
    return [...new Set(this.#searches.map((search) => search.detail))].join("");
  }

  #consider(look: (search: PatternSearch) => Found | undefined): void {
    // A wait goes on after a match where fatal output came first and its line still grows.
    if (this.#found !== undefined || this.#failure !== undefined) return;
    try {
      for (const [index, search] of this.#searches.entries()) {
        const found = look(search);
        if (found === undefined) continue;
        const isEarlier = this.#found === undefined || found.decidedAt < this.#found.decidedAt;
        if (isEarlier) this.#found = { ...found, index };
      }
    } catch (error) {
      this.#failure = error as Error;
    }
  }
}
