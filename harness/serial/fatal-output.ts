/** Output by which a guest says that it is dead, and the watch that looks for it on a port. */
import { GuestError } from "../evidence/index.ts";
import { canBeBranch, withFlags } from "./expression.ts";
import { type PatternSearch, searchFor } from "./pattern-search.ts";

/** Characters of a fatal line that are kept. */
const longestLine = 1000;
/** Outputs that are kept and reported: a kernel that panics in a loop tells one story. */
const mostKept = 100;

/** One piece of fatal output. */
export interface FatalOutput {
  /** Offset after the character that decided it. */
  readonly decidedAt: number;
  /** The line it stands in, from its beginning to what has been printed of it so far. */
  readonly line: string;
  /** `false` while the line may still grow. */
  readonly complete: boolean;
}

interface GrowingOutput extends FatalOutput {
  line: string;
  complete: boolean;
}

/** The error of a wait that fatal output has ended. @param waited for what, with its port. */
export function fatalError(port: string, waited: string, output: FatalOutput): GuestError {
  const because = `${port} printed fatal output`;
  const exit = { kind: "panic", message: output.line.trim(), because } as const;
  return new GuestError(`while waiting for ${waited}`, exit);
}

/** Looks for fatal output in a text, once per character; at most one output per line. */
export class FatalWatch {
  readonly #patterns: readonly (string | RegExp)[];
  readonly #onComplete: (output: FatalOutput) => void;
  #searches: PatternSearch[];
  #offset: number;
  /** The beginning of the current line, for the message. */
  #line = "";
  #growing: GrowingOutput | undefined;
  #first: FatalOutput | undefined;
  /** What no wait has passed, oldest first. */
  #standing: FatalOutput[] = [];
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
    this.#patterns = combined(patterns);
    this.#onComplete = onComplete;
    this.#offset = start;
    this.#searches = this.#newSearches();
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

  /** Whether fatal output is expected. */
  get isSuspended(): boolean {
    return this.#isSuspended;
  }

  /** Feeds the next piece of text. An output is there from its deciding character on. */
  add(piece: string): void {
    let rest = piece;
    while (rest !== "") {
      rest = this.#growing === undefined ? this.#find(rest) : this.#grow(this.#growing, rest);
    }
  }

  /** The line has gone quiet: what could still grow counts, and what is known of it is all. */
  settle(): void {
    if (this.#growing === undefined) {
      const found = this.#searches.map((search) => search.settle()).find((match) => match);
      if (found !== undefined) this.#begin(found.decidedAt, this.#line);
    }
    this.#complete();
  }

  /** A wait answers for what was decided up to `offset`: it is judged no more. */
  passUpTo(offset: number): void {
    this.#standing = this.#standing.filter(({ decidedAt }) => decidedAt > offset);
  }

  /** From now on all fatal output is expected, and so is what there has been. */
  suspend(): void {
    this.#isSuspended = true;
  }

  /** Takes `text` up to the character that decides an output; returns what is left. */
  #find(text: string): string {
    const decisions = this.#searches.flatMap((search) => search.add(text)?.decidedAt ?? []);
    if (decisions.length === 0) {
      this.#remember(text);
      return "";
    }
    const decidedAt = Math.min(...decisions);
    const taken = decidedAt - this.#offset;
    // Where the end of the line itself decides, the output stands before it.
    const endsLine = text[taken - 1] === "\n";
    this.#remember(text.slice(0, endsLine ? taken - 1 : taken));
    this.#begin(decidedAt, this.#line);
    if (endsLine) {
      this.#remember("\n");
      this.#complete();
    }
    return text.slice(taken);
  }

  #begin(decidedAt: number, line: string): void {
    this.#growing = { decidedAt, line, complete: false };
    this.#first ??= this.#growing;
    // Waits take the oldest away first: beyond the limit the newest speaks for the rest.
    if (this.#standing.length === mostKept) this.#standing.pop();
    this.#standing.push(this.#growing);
  }

  #grow(output: GrowingOutput, text: string): string {
    const newline = text.indexOf("\n");
    const end = newline === -1 ? text.length : newline;
    output.line = (output.line + text.slice(0, end)).slice(0, longestLine);
    if (newline === -1) {
      this.#remember(text);
      return "";
    }
    this.#remember(text.slice(0, end + 1));
    this.#complete();
    return text.slice(end + 1);
  }

  #complete(): void {
    const output = this.#growing;
    if (output === undefined) return;
    output.complete = true;
    this.#growing = undefined;
    this.#searches = this.#newSearches();
    if (this.#reported === mostKept) return;
    this.#reported += 1;
    this.#onComplete(output);
  }

  #newSearches(): PatternSearch[] {
    const options = { immediate: true };
    return this.#patterns.map((pattern) => searchFor(pattern, this.#offset, options));
  }

  #remember(text: string): void {
    this.#offset += text.length;
    const newline = text.lastIndexOf("\n");
    const line = newline === -1 ? this.#line + text : text.slice(newline + 1);
    this.#line = line.slice(-longestLine);
  }
}

/** The same patterns, but those that can be one expression are: it is one look instead of ten. */
function combined(patterns: readonly (string | RegExp)[]): (string | RegExp)[] {
  const branches = new Map<string, string[]>();
  const others: (string | RegExp)[] = [];
  for (const pattern of patterns) {
    if (typeof pattern === "string" || !canBeBranch(pattern)) {
      others.push(pattern);
      continue;
    }
    const { flags, source } = withFlags(pattern, "");
    const sources = branches.get(flags);
    if (sources === undefined) branches.set(flags, [source]);
    else sources.push(source);
  }
  for (const [flags, sources] of branches) {
    others.push(new RegExp(sources.map((source) => `(?:${source})`).join("|"), flags));
  }
  return others;
}
