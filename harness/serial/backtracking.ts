/**
 * Whether a regular expression may take long: an engine that backtracks tries every way in which
 * its repetitions can share a text among them. Judged by the source, on the safe side.
 */

/** Escapes, with the digits or the name behind them; then classes, and the marks of groups. */
const escaped = /\\(?:[pP]\{[^}]*\}|k<[^>]*>|u\{[^}]*\}|[\s\S])/g;
const characterClass = /\[[^\]]*\]/g;
const groupMark = /\(\?(?:<?[=!]|<\w+>|[a-z-]*:)/g;
const innermostGroup = /\([^()]*\)/g;

/** A repetition without an end, or one that may as well have none. */
const repetition = String.raw`(?:[*+]|\{\d+,\}|\{(?:\d+,)?\d{2,}\})`;
const repetitions = new RegExp(repetition, "g");
/** Stand for a group whose text is one way only, and for one that may match a text in several. */
const [single, several] = ["\0", "\x01"];
const nested = new RegExp(`${several}${repetition}`);
const adjacent = new RegExp(
  `(?:[^()|]${repetition}\\??|${several})(?:[^()|]${repetition}|${several})`,
);

/** How long an expression may take. */
export interface Backtracking {
  /** A look takes steps as the number of characters to the power of this; or beyond any. */
  readonly degree: number;
  /** Whether repetitions follow each other directly, so that any text is shared in many ways. */
  readonly isAdjacent: boolean;
}

/** Characters in which also a nested repetition takes an instant. */
const fewCharacters = 20;
/** Steps that take an instant; and others, of which hardly an expression takes all. */
const [fewSteps, mostSteps] = [1e8, 1e12];

export function backtrackingOf({ source }: RegExp): Backtracking {
  let rest = source.replace(escaped, "e").replace(characterClass, "c").replace(groupMark, "(");
  // A match is looked for from every character on, and by one alternative after the other.
  let degree = 1 + Math.max(...alternativesOf(rest).map(countRepetitions));
  let isAdjacent = adjacent.test(rest);
  for (let outer = ""; outer !== rest; ) {
    outer = rest;
    rest = rest.replace(innermostGroup, (group) => {
      return group.includes("|") || group.includes(several) || group.search(repetition) !== -1
        ? several
        : single;
    });
    if (nested.test(rest)) degree = Number.POSITIVE_INFINITY;
    isAdjacent ||= adjacent.test(rest);
  }
  return { degree, isAdjacent };
}

/** The parts of an expression between the `|` that stand in no group. */
function alternativesOf(expression: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of expression) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "|" && depth === 0) parts.push("");
    else parts.push(`${parts.pop()}${character}`);
  }
  return parts;
}

function countRepetitions(expression: string): number {
  return expression.match(repetitions)?.length ?? 0;
}

/** Whether a look at a text of so many characters may take longer than anybody would wait. */
export function mayTakeLong({ degree, isAdjacent }: Backtracking, characters: number): boolean {
  if (characters <= fewCharacters || degree <= 2) return false;
  return characters ** degree > (isAdjacent ? fewSteps : mostSteps);
}
