/** Looks for any of many patterns at the cost of few: nearly all output has none of their words. */
import { PatternError } from "../evidence/index.ts";
import { combined } from "./combined-patterns.ts";
import { staysInLine } from "./expression.ts";
import { searchFor } from "./pattern-search.ts";
import { requiredWords } from "./required-words.ts";
import type { Found, PatternSearch } from "./search.ts";
import { type SievedWord, WordSieve } from "./word-sieve.ts";

type Pattern = string | RegExp;

/** Text that is shorter is looked at as it is. */
const fewCharacters = 1024;
/** Words of fewer characters stand in too many lines. */
const shortestWord = 3;
/** Lines that are looked at by themselves; a piece that has more of them is looked at whole. */
const mostLines = 16;

/** A list of patterns, made ready to be searched for. */
export class FatalPatterns {
  /** Those that match within a line that has one of the words of `sieve`. */
  readonly #sieved: readonly Pattern[];
  readonly #others: readonly Pattern[];
  readonly #sieve: WordSieve | undefined;
  /** Why nothing is looked for any more: a look of one of them had to be ended. */
  failure: PatternError | undefined;

  constructor(patterns: readonly Pattern[]) {
    const words = new Map(patterns.map((pattern) => [pattern, wordsOf(pattern)]));
    const all = [...words.values()].flat();
    const isSieve = all.length > 0 && WordSieve.takes(all);
    const isSieved = (pattern: Pattern) => isSieve && (words.get(pattern) ?? []).length > 0;
    this.#sieved = combined(patterns.filter(isSieved));
    this.#others = combined(patterns.filter((pattern) => !isSieved(pattern)));
    this.#sieve = isSieve ? new WordSieve(all) : undefined;
  }

  /** @param start offset where the search begins. */
  searchFrom(start: number): FatalSearches {
    const search = (pattern: Pattern) => searchFor(pattern, start, { immediate: true });
    const onTooSlow = (error: PatternError) => {
      this.failure ??= error;
    };
    if (this.failure !== undefined) return new FatalSearches([], [], undefined, onTooSlow);
    const [sieved, others] = [this.#sieved.map(search), this.#others.map(search)];
    return new FatalSearches(sieved, others, this.#sieve, onTooSlow);
  }
}

/** A search for all of them. Once something is found, or a look had to be ended, it is over. */
export class FatalSearches {
  #sieved: readonly PatternSearch[];
  #others: readonly PatternSearch[];
  readonly #sieve: WordSieve | undefined;
  readonly #onTooSlow: (error: PatternError) => void;

  constructor(
    sieved: readonly PatternSearch[],
    others: readonly PatternSearch[],
    sieve: WordSieve | undefined,
    onTooSlow: (error: PatternError) => void,
  ) {
    this.#sieved = sieved;
    this.#others = others;
    this.#sieve = sieve;
    this.#onTooSlow = onTooSlow;
  }

  /** @returns the offset at which a match was decided first. */
  add(text: string): number | undefined {
    const sieve = text.length < fewCharacters ? undefined : this.#sieve;
    return this.#unlessTooSlow(() => {
      const others = this.#others.map((search) => search.add(text)?.decidedAt);
      const sieved = sieve === undefined ? this.#addSieved(text, false) : this.#sift(text, sieve);
      return earliest([...others, sieved]);
    });
  }

  /** The line has gone quiet. */
  settle(): Found | undefined {
    const searches = [...this.#sieved, ...this.#others];
    return this.#unlessTooSlow(() =>
      searches.map((search) => search.settle()).find((match) => match),
    );
  }

  #unlessTooSlow<Result>(look: () => Result): Result | undefined {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.#onTooSlow(error);
      [this.#sieved, this.#others] = [[], []];
      return undefined;
    }
  }

  /** Only lines with a word are looked at closely. */
  #sift(text: string, sieve: WordSieve): number | undefined {
    let from = 0;
    for (let lines = 0; lines < mostLines; lines += 1) {
      const word = sieve.firstIn(text, from);
      if (word === -1) return this.#addSieved(text.slice(from), true);
      const start = Math.max(from, text.lastIndexOf("\n", word) + 1);
      const end = text.indexOf("\n", word) + 1 || text.length;
      const found =
        this.#addSieved(text.slice(from, start), true) ??
        this.#addSieved(text.slice(start, end), false);
      if (found !== undefined) return found;
      from = end;
    }
    return this.#addSieved(text.slice(from), false);
  }

  #addSieved(text: string, isRuledOut: boolean): number | undefined {
    if (text === "") return undefined;
    return earliest(this.#sieved.map((search) => search.add(text, isRuledOut)?.decidedAt));
  }
}

function earliest(offsets: readonly (number | undefined)[]): number | undefined {
  const known = offsets.filter((offset) => offset !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** None where a match may reach over a line end, or where words are too short to save a look. */
function wordsOf(pattern: Pattern): readonly SievedWord[] {
  if (typeof pattern === "string" || !staysInLine(pattern)) return [];
  const words = requiredWords(pattern).map((text) => ({ text, anyCase: pattern.ignoreCase }));
  return words.every(({ text }) => text.length >= shortestWord) ? words : [];
}
