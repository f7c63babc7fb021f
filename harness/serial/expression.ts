/**
 * What can be told of a regular expression from its source. Every answer errs on the safe side: a
 * wrong guess costs time or one more character, never a match.
 */

const lookahead = /\(\?[=!]/;
const negativeLookahead = /\(\?!/;
/** Assertions whose outcome changes when text is added behind the place they look at. */
const endAssertion = /\$|\\[bB]/;
/** A word boundary right before a character that has to be there: no later text changes it. */
const settledBoundary = /\\b(?=\w(?![?*{]))/g;
const backReference = /\\[1-9k]/;
/** Escapes, negated classes, flag groups and raw control characters that can match a newline. */
const mayMatchNewline = /\\(?:[nrtvfsWDxucpP0-9]|b-)|\[\^|\(\?[a-z-]|[\x00-\x1f]/;
const namedGroup = /\(\?<[^=!]/;
const lookbehind = /\(\?<[=!]/;
/** An alternative, or a group that is more than a group: nothing is told of such expressions. */
const notPlain = /\||\(\?(?!:)/;
/** Begins with characters that have to be there: engines look for such a beginning by itself. */
const literalBeginning = /^\^?[\w \-"'<>#/,;:!]{2}(?![?*{])/;
/** Escapes, with the digits or the name behind them; then classes. */
const escaped = /\\(?:[A-Za-z0-9]+|[\s\S])/g;
const characterClass = /\[[^\]]*\]/g;
const innermostGroup = /\([^()]*\)/g;
/** A character that need not be there, or not just so often. */
const optional = /[\s\S](?:[?*]|\{[^}]*\}?)/g;
/** What stands for no certain character, and what is not ASCII, where a character may be two. */
const uncertain = /[.^$?*+}\])\0]|[^\x20-\x7e]/;

/** `true` if a match that is there stays possible however the text goes on. */
export function isStable({ source }: RegExp): boolean {
  return !lookahead.test(source) && !endAssertion.test(source.replace(settledBoundary, ""));
}

/**
 * `true` if text behind a match can undo it, so that there is no telling from the newest text
 * whether there was a match before.
 */
export function canBeUndone({ source }: RegExp): boolean {
  if (negativeLookahead.test(source)) return true;
  return lookahead.test(source) && (endAssertion.test(source) || backReference.test(source));
}

/** `true` if no match, and nothing that it looks ahead to, can reach over the end of a line. */
export function staysInLine({ source, dotAll }: RegExp): boolean {
  return !dotAll && !mayMatchNewline.test(source);
}

/** `true` if the expression can become one branch of a larger one without changing its meaning. */
export function canBeBranch(expression: RegExp): boolean {
  const { source } = expression;
  return isStable(expression) && !backReference.test(source) && !namedGroup.test(source);
}

/** `true` if the expression looks at more before a match than the one character of `\b` and `^`. */
export function looksBehind({ source }: RegExp): boolean {
  return lookbehind.test(source);
}

/**
 * Text that has to be in every match, where looking for it first saves time: the engine looks for a
 * beginning by itself, but tries `(\d+) tests` at every digit.
 * @returns the longest such text, or `""`.
 */
export function requiredText(expression: RegExp): string {
  return literalBeginning.test(expression.source) ? "" : textOfEveryMatch(expression);
}

/** The longest text that is known to be in every match, or `""`. */
export function textOfEveryMatch({ source, flags }: RegExp): string {
  if (/[iv]/.test(flags) || notPlain.test(source)) return "";
  let rest = source.replace(escaped, "\0").replace(characterClass, "\0");
  for (let outer = ""; outer !== rest; ) {
    outer = rest;
    rest = rest.replace(innermostGroup, "\0");
  }
  const parts = rest.replace(optional, "\0").split(uncertain);
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), "");
}

/** `true` if the expression is satisfied before the guest has printed anything. */
export function matchesNothing(expression: RegExp): boolean {
  return withFlags(expression, "").test("");
}

/** A copy with a `lastIndex` of its own. `g` and `y` say nothing about a wait and are dropped. */
export function withFlags({ source, flags }: RegExp, added: string): RegExp {
  return new RegExp(source, flags.replace(/[gy]/g, "") + added);
}
