import { describe, expect, test } from "vitest";
import {
  canBeBranch,
  canBeUndone,
  isStable,
  matchesNothing,
  staysInLine,
} from "../../harness/serial/expression.ts";
import { fatalPatterns } from "../../harness/serial/index.ts";

describe("what can be told of an expression", () => {
  test.each([
    [/panic/, true],
    [/\bpanic/, true],
    [/a|\bpanic: \d+/, true],
    [/(?<!\w)Oops/, true],
    [/(?<=x)y/, true],
    [/\bp?anic/, false],
    [/\b[p]anic/, false],
    [/panic\b/, false],
    [/a\Bb/, false],
    [/panic$/, false],
    [/panic(?= now)/, false],
    [/panic(?!k)/, false],
  ])("%s is stable: %s", (expression, expected) => {
    expect(isStable(expression)).toBe(expected);
  });

  test.each([
    [/panic$/, false],
    [/\bpanic\b/, false],
    [/panic(?= now)/, false],
    [/panic(?= now$)/, true],
    [/panic(?= now\b)/, true],
    [/(?=(a+))b\1/, true],
    [/panic(?!k)/, true],
    [/(?<!a)b/, false],
  ])("%s can be undone: %s", (expression, expected) => {
    expect(canBeUndone(expression)).toBe(expected);
  });

  test.each([
    [/a.*b$/m, true],
    [/[a-z]+ \d+/, true],
    [/(?<name>\w+)\k<name>/, true],
    [/\ba\b/, true],
    [/a.b/s, false],
    [/(?s:.)/, false],
    [/a\nb/, false],
    [/a\s/, false],
    [/[^a]/, false],
    [/\D/, false],
    [/\W/, false],
    [/\x0a/, false],
    [/\u000a/, false],
    [/\cJ/, false],
    [/[\b-z]/, false],
    [/\P{L}/u, false],
    [/a\nb/, false],
    [/[\t-\r]/, false],
  ])("%s stays in a line: %s", (expression, expected) => {
    expect(staysInLine(expression)).toBe(expected);
  });

  test("an expression becomes a branch only where that changes nothing", () => {
    expect([/a/, /(a)|b/m].every(canBeBranch)).toBe(true);
    expect([/(a)\1/, /(?<x>a)/, /(?:(?<x>a))\k<x>/, /a(?!b)/, /a$/].some(canBeBranch)).toBe(false);
  });

  test("an expression that the empty text satisfies is found out", () => {
    expect([/a*/, /$/, /^$/m, /a|/, /(?!a)/, /a*/gy].every(matchesNothing)).toBe(true);
    expect([/a/, /\n\n/, /a+$/].some(matchesNothing)).toBe(false);
  });

  test("the well-known panics count with their last character and cost one look", () => {
    expect(fatalPatterns.filter((pattern) => !canBeBranch(pattern))).toEqual([]);
    expect(new Set(fatalPatterns.map(({ flags }) => flags))).toEqual(new Set(["m"]));
    expect(fatalPatterns.filter((pattern) => !staysInLine(pattern))).toEqual([]);
  });
});
