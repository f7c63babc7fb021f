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

/** `true` if the expression is satisfied before the guest has printed anything. */
export function matchesNothing(expression: RegExp): boolean {
  return withFlags(expression, "").test("");
}

/** A copy with a `lastIndex` of its own. `g` and `y` say nothing about a wait and are dropped. */
export function withFlags({ source, flags }: RegExp, added: string): RegExp {
  return new RegExp(source, flags.replace(/[gy]/g, "") + added);
}
