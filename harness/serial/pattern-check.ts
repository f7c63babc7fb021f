/** Whether something can be waited for. */
import { types } from "node:util";
import { SpecError } from "../evidence/index.ts";
import { matchesNothing } from "./expression.ts";

/** @throws `SpecError` also for a string alone, each character of which would be a pattern. */
export function checkPatterns(field: string, patterns: readonly unknown[]): void {
  if (!Array.isArray(patterns)) {
    throw new SpecError(field, `takes an array of patterns, such as ["login: ", /\\$ $/]`);
  }
  for (const pattern of patterns) checkPattern(field, pattern);
}

/** `true` for what can be waited for: some output does not satisfy it. */
export function isPattern(pattern: unknown): pattern is string | RegExp {
  if (typeof pattern === "string") return pattern !== "";
  return types.isRegExp(pattern) && !matchesNothing(pattern);
}

/** @throws `SpecError` for what is no pattern, or one that every output matches. */
export function checkPattern(field: string, pattern: unknown): void {
  if (isPattern(pattern)) return;
  if (typeof pattern !== "string" && !types.isRegExp(pattern)) {
    throw new SpecError(field, `takes strings and regular expressions, not ${typeof pattern}`);
  }
  if (pattern === "") {
    throw new SpecError(field, "is empty, which every output matches: say what to look for");
  }
  const message = `${pattern} matches no output at all: say what the guest has to print`;
  throw new SpecError(field, message);
}
