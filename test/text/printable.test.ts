import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { printable, printableData, printableLine } from "../../harness/text/index.ts";

/** Any UTF-16 code unit, with what terminals act on made frequent. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.integer({ min: 0, max: 0x9f }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom("\x1b[", "\x1b]0;", "\x9b", "\x07", "m", "31;1", "?25l", "\u202e", "\u2066"),
      fc.constantFrom("\x1b[31m", "\x1b[0m", "\r\n", "😀", "\ud83d", "é", "e\u0301"),
    ),
  )
  .map((pieces) => pieces.join(""));

/** What steers a terminal, or makes a line read as another. Written apart from the code. */
const steering = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

test("nothing that steers a terminal is left, and twice is as once", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = printable(text);
      expect(shown).not.toMatch(steering);
      expect(printable(shown)).toBe(shown);
      expect(printableLine(text)).not.toMatch(/[\n\t]/);
    }),
    { numRuns: 2000 },
  );
});

test("with colours kept, nothing but colours is left of what steers", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = printable(text, { colours: true });
      expect(shown.replaceAll(/\x1b\[[\d;:]*m/g, "")).not.toMatch(steering);
      expect(printable(shown, { colours: true })).toBe(shown);
    }),
    { numRuns: 2000 },
  );
  const diff = "\x1b[32m- a\x1b[39m\n\x1b[31m+ b\x1b[2J\x1b[39m";
  expect(printable(diff, { colours: true })).toBe("\x1b[32m- a\x1b[39m\n\x1b[31m+ b\x1b[39m");
});

test("what a person reads stays as it is", () => {
  const words = "Größe 日本語 עברית हिन्दी 👩‍👩‍👧 a\tb\nc \\u{1b} ]]> %s";
  expect(printable(words)).toBe(words);
  expect(stripVTControlCharacters(words)).toBe(words);
});

test.each([
  ["controls", "\0\x07\x08\x7f", "\\u{0}\\u{7}\\u{8}\\u{7f}"],
  ["8-bit controls", "\x9d0;title\x9c\x85", "\\u{9d}0;title\\u{9c}\\u{85}"],
  ["a line that would read backwards", "access\u202etxt.exe", "access\\u{202e}txt.exe"],
  ["isolates and marks", "\u2066\u2069\u200f\u061c", "\\u{2066}\\u{2069}\\u{200f}\\u{61c}"],
  ["returns that overwrite a line", "FAILED\rpassed", "FAILED\\u{d}passed"],
  ["line separators", "a\u2028b\u2029", "a\\u{2028}b\\u{2029}"],
  ["half a character", "\ud83d", "\\u{d83d}"],
])("makes visible %s", (_, text, expected) => {
  expect(printable(text)).toBe(expected);
});

test("a name within a sentence keeps to its line and to a length", () => {
  expect(printableLine("main\n::error::forged")).toBe("main\\u{a}::error::forged");
  expect(printableLine("x".repeat(1_000_000))).toBe(`${"x".repeat(400)}…`);
  expect(printableLine("abcdef", 3)).toBe("abc…");
});

test("plain data keeps its shape", () => {
  const data = { "a\x07": ["\u202e", 1, null, true, { b: 2n }], c: undefined };
  expect(printableData(data)).toEqual({
    "a\\u{7}": ["\\u{202e}", 1, null, true, { b: 2n }],
    c: undefined,
  });
  const other = new Map([["\x1b", 1]]);
  expect(printableData(other)).toBe(other);
});
