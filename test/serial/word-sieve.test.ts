import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { endOfFirstMark, isMarkAt, marksIn, markWords } from "../../harness/deaths/index.ts";
import { FatalPatterns } from "../../harness/serial/fatal-searches.ts";
import { searchFor } from "../../harness/serial/pattern-search.ts";
import { requiredWords } from "../../harness/serial/required-words.ts";
import { WordSieve } from "../../harness/serial/word-sieve.ts";
import { runs } from "./ports.ts";

const exact = (text: string) => ({ text, anyCase: false });

describe("requiredWords", () => {
  test.each<[RegExp, readonly string[]]>([
    [/login: $/, ["login: "]],
    [/(\d+) tests, (\d+) failures?$/m, [" tests, "]],
    [/failures\s+all (\w+) have stopped/, ["failures"]],
    [/(?:[Kk]ernel [Pp]anic|KERNEL PANIC): /, ["ernel ", "KERNEL PANIC"]],
    [/a|bcd/, ["a", "bcd"]],
    [/a|b?/, []],
    [/(?:abc){2}x/, ["abc"]],
    [/(?:abc){0,2}x/, ["x"]],
    [/(?<name>abc)\k<name>z/, ["abc"]],
    [/ab+c/, ["ab"]],
    [/ab*cd/, ["cd"]],
    [/x{0}y/, ["y"]],
    [/\bfoo\.bar\b/, ["foo.bar"]],
    [/\u0041bc\x41\cAd/, ["bc"]],
    [/[a\]b]cd/, ["cd"]],
    [/(?=abc)\w+/, []],
    [/(?<!abc)de/, ["de"]],
    [/(?i:abc)de/, ["de"]],
    [/\p{L}ab/u, ["ab"]],
    [/ſk/iu, []],
    [/a\|b/, ["a|b"]],
    [/äbc/, ["bc"]],
    [/./, []],
  ])("%s", (expression, words) => {
    expect(requiredWords(expression)).toEqual(words);
  });

  test("one of them is in every match", () => {
    const atom = fc.constantFrom(
      "a",
      "b",
      "ab",
      "[ab]",
      "\\w",
      "\\.",
      ".",
      "(?:a|b)",
      "(?:ab|ba)",
      "(b)",
    );
    const part = fc
      .tuple(atom, fc.constantFrom("", "", "?", "*", "+", "{2}", "{0,2}", "??"))
      .map(([one, times]) =>
        one.length === 1 || /^[[(\\]/.test(one) || times === "" ? one + times : one,
      );
    const branch = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));
    const source = fc.array(branch, { minLength: 1, maxLength: 3 }).map((all) => all.join("|"));
    const text = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 12 });
    fc.assert(
      fc.property(source, text, (written, output) => {
        const expression = new RegExp(written);
        const words = requiredWords(expression);
        const match = expression.exec(output);
        if (match === null || words.length === 0) return;
        expect(words.some((word) => match[0].includes(word))).toBe(true);
      }),
      runs(3000),
    );
  });
});

test("a sieve finds the first word, wherever it stands", () => {
  const unit = fc.constantFrom("a", "b", "A", " ", "é");
  const word = fc.string({ unit: fc.constantFrom("a", "b", " "), minLength: 3, maxLength: 9 });
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 6 }),
      fc.string({ unit, maxLength: 60 }),
      (words, text) => {
        const sieve = new WordSieve(words.map(exact));
        const places = words.map((one) => text.indexOf(one)).filter((place) => place !== -1);
        const found = sieve.firstIn(text);
        if (places.length > 0) expect(found).not.toBe(-1);
        // Of a word with blanks before it the rest may be found, and of capitals the small letters.
        if (found !== -1 && places.length > 0)
          expect(found).toBeLessThanOrEqual(Math.min(...places) + 3);
      },
    ),
    runs(2000),
  );
  const sieve = new WordSieve([
    exact("kernel panic"),
    { text: "PANIC", anyCase: true },
    exact(" [#"),
  ]);
  expect(sieve.firstIn("all is well, kernel")).toBe(-1);
  expect(sieve.firstIn(`${"x".repeat(2000)}kernel panic`)).toBe(2000);
  expect(sieve.firstIn(`${"x".repeat(2000)}paNIC`)).toBe(2000);
  expect(sieve.firstIn("a [# b", 2)).toBe(2);
});

test("words of four characters or more are found exactly where they begin", () => {
  const unit = fc.constantFrom("a", "b", "A", "*", "\n", "é", "š", "語");
  const word = fc.string({ unit: fc.constantFrom("a", "b", "*"), minLength: 4, maxLength: 7 });
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 6 }),
      fc.string({ unit, maxLength: 60 }),
      fc.nat(8),
      (words, text, from) => {
        const sieve = new WordSieve(words.map((one) => ({ text: one, anyCase: true })));
        // Only the low byte of a character is looked at: what is left of "š" is "a".
        const seen = text.replaceAll("š", "a").toLowerCase();
        const places = words.map((one) => seen.indexOf(one, from)).filter((place) => place !== -1);
        expect(sieve.firstIn(text, from)).toBe(places.length === 0 ? -1 : Math.min(...places));
        // What an earlier and longer text left behind is not seen.
        sieve.load(`${text}aaaaaaaa`);
        sieve.load(text);
        expect(sieve.nextLoaded(from, text.length)).toBe(sieve.firstIn(text, from));
      },
    ),
    runs(2000),
  );
});

test("every word of death stops the sieve, wherever it stands, and however it is written", () => {
  const sieve = new WordSieve(markWords.map((text) => ({ text, anyCase: true })));
  for (const word of markWords) {
    for (let before = 0; before < 8; before += 1) {
      const text = `${"-".repeat(before)}${word}${"-".repeat(before % 3)}`;
      expect(sieve.firstIn(text), text).toBe(before);
      expect(isMarkAt(text, before), text).toBe(true);
      expect(endOfFirstMark(text, 0), text).toBeLessThanOrEqual(before + word.length);
      expect(marksIn(text), text).not.toEqual([]);
    }
  }
  for (const text of ["by default", "bootstrap", "mechanics", "Bug: none", "[#a]", "expected: 0"]) {
    expect(endOfFirstMark(text, 0), text).toBe(-1);
    expect(marksIn(text), text).toEqual([]);
  }
});

test("patterns that are sieved find what they find by themselves", () => {
  const line = fc.constantFrom(
    ...["all is well", "Kernel panic - now", "BUG: what", "a panic: b", "ker", "nel panic: c", ""],
    "x".repeat(700),
  );
  const patterns = [/[Kk]ernel panic/, /^a (?:panic|BUG): /m, /bug: \w+/i, /what\n/, "now"];
  const text = fc.array(line, { maxLength: 20 }).map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(
      text,
      fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 6 }),
      (output, cuts) => {
        const single = patterns.map((pattern) => searchFor(pattern, 0, { immediate: true }));
        const wanted = single.flatMap((search) => search.add(output)?.decidedAt ?? []);
        const searches = new FatalPatterns(patterns).searchFrom(0);
        let found: number | undefined;
        for (let from = 0; from < output.length && found === undefined; ) {
          const size = cuts.shift() ?? output.length;
          found = searches.add(output.slice(from, from + size));
          from += size;
        }
        expect(found).toBe(wanted.length === 0 ? undefined : Math.min(...wanted));
      },
    ),
    runs(500),
  );
});
