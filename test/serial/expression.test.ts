import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canBeBranch,
  canBeUndone,
  isStable,
  matchesNothing,
  requiredText,
  staysInLine,
  textOfEveryMatch,
} from "../../harness/serial/expression.ts";
import { runs } from "./ports.ts";

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

  test.each([
    [/(\d+) tests, (\d+) failures?$/m, " tests, "],
    [/\w+: (?:[^)]x)+ done\.? ok/, " done"],
    [/.a{2}bc{0,3}de\x41bcd+/, "de"],
    [/[a-z\]]+?b\n(?:c(?:d)e)fg?/u, "b"],
    [/.*é😀end/, "end"],
    [/login: $/, ""],
    [/\d foo|bar/, ""],
    [/\d foo/i, ""],
    [/(?<a>\d)\k<a> foo/, ""],
    [/\d(?= foo)/, ""],
  ])("%s needs the text %j first", (expression, text) => {
    expect(requiredText(expression)).toBe(text);
  });

  test("what is required is in every match", () => {
    const atom = fc.constantFrom(
      ...[
        "a",
        "b",
        "c",
        "ab",
        " ",
        ".",
        "\\w",
        "\\x61",
        "\\.",
        "[ab]",
        "[^\\]]",
        "\\bb",
        "é",
        "😀",
      ],
    );
    const quantifier = fc.constantFrom(
      "",
      "",
      "",
      "?",
      "*",
      "+",
      "{2}",
      "{0,1}",
      "*?",
      "+?",
      "{0}?",
    );
    const { source } = fc.letrec<{ source: string; part: string }>((tie) => ({
      source: fc.array(tie("part"), { minLength: 1, maxLength: 5 }).map((parts) => parts.join("")),
      part: fc.oneof(
        { maxDepth: 3 },
        fc.tuple(atom, quantifier).map((both) => both.join("")),
        fc
          .tuple(tie("source"), fc.constantFrom("(?:", "(", "(?:x|"), quantifier)
          .map(([inner, open, times]) => `${open}${inner})${times}`),
      ),
    }));
    const text = fc.string({ unit: fc.constantFrom(..."aabbc .é😀x"), maxLength: 12 });
    let matches = 0;
    fc.assert(
      fc.property(source, fc.constantFrom("", "u"), text, (chosen, flags, output) => {
        const expression = new RegExp(chosen, flags);
        const match = expression.exec(output)?.[0];
        if (match === undefined) return;
        matches += 1;
        expect(match).toContain(textOfEveryMatch(expression));
      }),
      runs(3000),
    );
    expect(matches).toBeGreaterThan(0);
  });
});
