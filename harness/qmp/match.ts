/** Does an event say what was asked for? */
import { inspect } from "node:util";
import { excerpt } from "./excerpt.ts";

/**
 * `true` if `actual` has everything that `expected` names: objects may have more members, at any
 * depth; arrays must have the same length. A number equals a `bigint` of the same value.
 */
export function matchesPartially(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return false;
    return expected.every((element, index) => matchesPartially(actual[index], element));
  }
  if (typeof expected === "object" && expected !== null) {
    if (typeof actual !== "object" || actual === null) return false;
    const members = actual as Record<string, unknown>;
    return Object.entries(expected).every(([key, value]) =>
      matchesPartially(Object.hasOwn(members, key) ? members[key] : undefined, value),
    );
  }
  if (isNumeric(actual) && isNumeric(expected)) return actual <= expected && actual >= expected;
  return Object.is(actual, expected);
}

/** "" or " where { reason: 'guest-reset' }": how a message names what a wait asks for. */
export function describeWhere(where: unknown): string {
  if (where === undefined) return "";
  const text = typeof where === "function" ? String(where) : inspect(where, { depth: 5 });
  return ` where ${excerpt(text.replace(/\s+/g, " "))}`;
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
