/** Words that have to be in a match: where none of them is, an expression need not be run. */

/** Score of a word that is long enough. */
const longEnough = 8;

/** A set of words one of which is in every match; `undefined`: nothing is known. */
type Words = readonly string[] | undefined;

/**
 * Reads an expression and errs on the safe side: what it does not understand requires nothing.
 * @returns words in ASCII, which may be in any case where the expression says so (`i`).
 */
export function requiredWords({ flags, source }: RegExp): readonly string[] {
  // With these flags classes nest, or letters beyond ASCII fold to ASCII (ECMA-262, 22.2.2.7.3).
  if (/v/.test(flags) || /i.*u/.test(flags)) return [];
  const reader = new Reader(source);
  return reader.alternatives() ?? [];
}

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Up to the end of the group, or of the expression: a match has what one of them needs. */
  alternatives(): Words {
    let words: Words = [];
    for (;;) {
      const branch = this.#sequence();
      words = words === undefined || branch === undefined ? undefined : [...words, ...branch];
      if (this.#source[this.#at] !== "|") return words;
      this.#at += 1;
    }
  }

  /** A match has what each part needs: the best of them is enough. */
  #sequence(): Words {
    let best: Words;
    let run = "";
    const offer = (words: Words) => {
      if (words !== undefined && scoreOf(words) > scoreOf(best)) best = words;
    };
    const endRun = () => {
      offer(run === "" ? undefined : [run]);
      run = "";
    };
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source[this.#at] as string)) {
      const part = this.#part();
      const least = this.#quantifier();
      const isLiteral = typeof part === "string";
      if (isLiteral && least !== 0) run += part;
      if (isLiteral && least === undefined) continue;
      endRun();
      if (!isLiteral && least !== 0) offer(part);
    }
    endRun();
    return best;
  }

  /** A character that stands for itself, or what a group needs, or `undefined`. */
  #part(): string | Words {
    const character = this.#source[this.#at] as string;
    this.#at += 1;
    if (character === "(") return this.#group();
    if (character === "[") {
      this.#skip(/(?:\\[\s\S]|[^\]\\])*\]/y);
      return undefined;
    }
    if (character === "\\") return this.#escaped();
    return /[\x20-\x7e]/.test(character) && !/[.^$]/.test(character) ? character : undefined;
  }

  #group(): Words {
    const kind = this.#skip(/\?(?:<?[=!]|<[^>]*>|[a-z]*(?:-[a-z]*)?:)/y);
    const words = this.alternatives();
    this.#at += 1;
    // What stands around a match, and what is written in any case, is not looked at.
    return kind === "" || kind === "?:" || /^\?<[^=!]/.test(kind) ? words : undefined;
  }

  #escaped(): string | undefined {
    const character = this.#source[this.#at] as string;
    if (!/[a-z\d]/i.test(character)) {
      this.#at += 1;
      return /[\x20-\x7e]/.test(character) ? character : undefined;
    }
    this.#skip(/k<[^>]*>|[pPu]\{[^}]*\}|u[\da-f]{4}|x[\da-f]{2}|c[a-z]|\d+|[\s\S]/iy);
    return undefined;
  }

  /** How often the part before it has to be there: `undefined` where it stands once. */
  #quantifier(): number | undefined {
    const quantifier = this.#skip(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y);
    if (quantifier === "") return undefined;
    if (quantifier.startsWith("{")) return Number.parseInt(quantifier.slice(1), 10);
    return quantifier.startsWith("+") ? 1 : 0;
  }

  /** Moves behind what `expression` matches here, and returns it. */
  #skip(expression: RegExp): string {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#source)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}

/** The shortest word decides, and among equals the number of them. */
function scoreOf(words: Words): number {
  if (words === undefined || words.length === 0) return 0;
  const shortest = Math.min(longEnough, ...words.map(({ length }) => length));
  return shortest * 1000 - words.length;
}
