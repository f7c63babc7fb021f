/**
 * Looks of regular expressions, of which one that backtracks badly would hold everything up: while
 * it runs nothing else here does, limits of waits included.
 */

import { PatternError } from "../evidence/index.ts";
import { monotonicMs } from "../wait/index.ts";
import { type Backtracking, backtrackingOf, mayTakeLong } from "./backtracking.ts";
import { execWithin } from "./bounded-look.ts";
import { textOfEveryMatch } from "./expression.ts";

/** Milliseconds that one look of one expression may take. `docs/limits.md`. */
const slowLookMs = 1_000;

const advice =
  "Patterns such as (a+)+ take time that doubles with each character: repeat one thing only once";

/** Those that were told of: once is enough. */
const told = new Set<string>();

/** A regular expression whose looks have a limit. */
export class LimitedLook {
  readonly #expression: RegExp;
  readonly #backtracking: Backtracking;
  readonly #required: string;

  constructor(expression: RegExp) {
    this.#expression = expression;
    this.#backtracking = backtrackingOf(expression);
    this.#required = textOfEveryMatch(expression);
  }

  /**
   * `exec`. Where it may take long it is ended at the limit; a slow one that nobody suspected is
   * told of afterwards.
   * @throws `PatternError` for a look that was ended.
   */
  at(text: string): RegExpExecArray | null {
    const expression = this.#expression;
    if (!mayTakeLong(this.#backtracking, text.length)) {
      return timed(expression, text.length, () => expression.exec(text));
    }
    // A look that can be ended costs a thread: most texts are without what a match has to have.
    if (!text.includes(this.#required, expression.lastIndex)) {
      expression.lastIndex = 0;
      return null;
    }
    const found = execWithin(expression, text, slowLookMs);
    if (found !== "too slow") return found;
    throw new PatternError(expression, slowLookMs, text.length, advice);
  }
}

/** Runs `look`, and warns if it was slow, naming the expression and what it ran over. */
function timed<T>(expression: RegExp, characters: number, look: () => T): T {
  const startMs = monotonicMs();
  const result = look();
  const tookMs = monotonicMs() - startMs;
  const name = nameOf(expression);
  if (tookMs <= slowLookMs || told.has(name)) return result;
  told.add(name);
  process.emitWarning(
    `bringup: the pattern ${name} took ${Math.round(tookMs)} ms for ${characters} characters of ` +
      `output; meanwhile nothing else went on, limits of waits included. ${advice}`,
  );
  return result;
}

function nameOf({ source }: RegExp): string {
  return `/${source}/`;
}
