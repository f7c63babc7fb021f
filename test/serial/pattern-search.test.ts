import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  lookBackCharacters,
  type SearchOptions,
  searchFor,
} from "../../harness/serial/pattern-search.ts";
import type { Found } from "../../harness/serial/search.ts";
import { patient, runs } from "./ports.ts";

/** What the search has to know of an expression, told independently of how it finds that out. */
interface Sample {
  readonly pattern: string | RegExp;
  /** Looked at when a line is complete. */
  readonly byLine?: true;
  /** Waits for one more character even where a match counts at once. */
  readonly unstable?: true;
}

const samples: readonly Sample[] = [
  { pattern: "a" },
  { pattern: "aab" },
  { pattern: "abab" },
  { pattern: /a+/ },
  { pattern: /a+?/ },
  { pattern: /a.*b/ },
  { pattern: /a.*?b/ },
  { pattern: /a(?:bc)?/ },
  { pattern: /(a+)(b+)\1/ },
  { pattern: /a|ab|abc/ },
  { pattern: /^a/ },
  { pattern: /^a/m },
  { pattern: /^b+c/m },
  { pattern: /[^a]b/ },
  { pattern: /\s+b/ },
  { pattern: /(?<=a)b/ },
  { pattern: /(?<!a)b/ },
  { pattern: /(?<=\n)b/ },
  { pattern: /B/i },
  { pattern: /(a+) b/ },
  { pattern: /.a{0}b?cc*\n/ },
  { pattern: /\w(?:a|b)*ca?/ },
  { pattern: /a.b/s },
  { pattern: /(?s:a.b)/ },
  { pattern: /[\b-c]a/, unstable: true },
  { pattern: /(?:a|😀)./u },
  { pattern: /.\uDE00/ },
  { pattern: /\ba/ },
  { pattern: /\bab?/ },
  { pattern: /ab$/, unstable: true },
  { pattern: /ab$/m, unstable: true },
  { pattern: /ab\b/, unstable: true },
  { pattern: /\ba?b/, unstable: true },
  { pattern: /a\Bb/, unstable: true },
  { pattern: /a(?=b)/, unstable: true },
  { pattern: /a(?=b$)/, byLine: true, unstable: true },
  { pattern: /a(?=b\b)/, byLine: true, unstable: true },
  { pattern: /(?=..(a+))b\1/, byLine: true, unstable: true },
  { pattern: /a(?!b)/, byLine: true, unstable: true },
  { pattern: /b\n(?!a)/, byLine: true, unstable: true },
  { pattern: /(?<!a)b(?!\n)/, byLine: true, unstable: true },
];

/** Looks after every single character, at everything: slow and plainly right. */
function lookAfterEveryCharacter(text: string, sample: Sample, options: Required<SearchOptions>) {
  for (let length = 1; length <= text.length; length += 1) {
    const found = lookAt(text.slice(0, length), sample, options);
    if (found !== undefined) return { ...found, decidedAt: length };
  }
  return undefined;
}

function lookAt(
  text: string,
  { pattern, byLine, unstable }: Sample,
  options: Required<SearchOptions>,
) {
  if (typeof pattern === "string") {
    return text.endsWith(pattern)
      ? { start: text.length - pattern.length, end: text.length }
      : undefined;
  }
  if (byLine && !text.endsWith("\n")) return undefined;
  const expression = new RegExp(pattern.source, `${pattern.flags}g`);
  expression.lastIndex = Math.max(0, text.length - options.lookBack);
  const match = expression.exec(text);
  if (match === null) return undefined;
  const end = match.index + match[0].length;
  const counts = end < text.length || (options.immediate && !unstable);
  return counts ? { start: match.index, end } : undefined;
}

function searchIn(pieces: readonly string[], pattern: string | RegExp, options: SearchOptions) {
  const search = searchFor(pattern, 0, options);
  for (const piece of pieces) {
    const found = search.add(piece);
    if (found !== undefined) return placeOf(found);
  }
  return undefined;
}

const placeOf = ({ start, end, decidedAt }: Found) => ({ start, end, decidedAt });

function cut(text: string, sizes: Iterable<number>): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (const size of sizes) {
    if (from >= text.length) break;
    pieces.push(text.slice(from, from + size));
    from += size;
  }
  return pieces;
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs of any expression in `body`. */
function runsIn(body: () => void): number {
  const exec = vi.spyOn(RegExp.prototype, "exec");
  body();
  const runs = exec.mock.calls.length;
  exec.mockRestore();
  return runs;
}

describe("searchFor", () => {
  test(
    "finds what looking after every character finds, whatever the chunks and look-back",
    patient,
    () => {
      const text = fc.string({
        unit: fc.constantFrom("a", "b", "c", " ", "\n", "😀"),
        maxLength: 60,
      });
      const options = fc.record({
        immediate: fc.boolean(),
        lookBack: fc.constantFrom(3, 4, 7, lookBackCharacters),
      });
      const sizes = fc.infiniteStream(fc.oneof(fc.nat(2), fc.nat(10), fc.constant(100)));
      const cases = fc.tuple(fc.constantFrom(...samples), text, options, sizes);
      fc.assert(
        fc.property(cases, ([sample, output, chosen, cuts]) => {
          const wanted = lookAfterEveryCharacter(output, sample, chosen);
          expect(searchIn(cut(output, cuts), sample.pattern, chosen)).toEqual(wanted);
          expect(searchIn([output], sample.pattern, chosen)).toEqual(wanted);
        }),
        runs(4000),
      );
    },
  );

  test("counts offsets from the beginning of the port", () => {
    const search = searchFor("needle", 1000);
    expect(search.add("hay, nee")).toBeUndefined();
    expect(search.add("dle")).toEqual({
      ...{ start: 1005, end: 1011, decidedAt: 1011, text: "needle", match: null },
    });
    const expression = searchFor(/n(.)/, 1000);
    expect(expression.add("hay, nee")).toMatchObject({
      ...{ start: 1005, end: 1007, decidedAt: 1008, text: "ne" },
    });
  });

  test("keeps offsets right beyond many stretches of text", () => {
    const line = `${"x".repeat(99)}\n`;
    const hay = line.repeat(3000);
    for (const pattern of ["needle", /need?le/, /^needle/m, /\nneedle/, /needle(?! case)/]) {
      const search = searchFor(pattern, 7);
      expect(search.add(hay)).toBeUndefined();
      const found = search.add("needle\n");
      const wanted = pattern instanceof RegExp && pattern.source.startsWith("\\n") ? 1 : 0;
      expect(found).toMatchObject({ start: 7 + hay.length - wanted, end: 7 + hay.length + 6 });
    }
  });

  test("a match reaches back as far as documented, and no further", () => {
    const lengths = [lookBackCharacters - 1, lookBackCharacters];
    const found = lengths.map((length) => {
      const text = `<${"x".repeat(length - 2)}>`;
      return searchIn([text, "\n"], /<[^>]*>/, {})?.end;
    });
    expect(found).toEqual([lookBackCharacters - 1, undefined]);
  });

  test("a match that can still grow counts when another character follows", () => {
    const search = searchFor(/PID (\d+)/, 0);
    expect(search.add("PID 1")).toBeUndefined();
    expect(search.add("2")).toBeUndefined();
    expect(search.add("\n")).toMatchObject({ text: "PID 12", decidedAt: 7 });
  });

  test("or when the line has gone quiet", () => {
    const search = searchFor(/login: $/, 0);
    expect(search.settle()).toBeUndefined();
    expect(search.add("login: ")).toBeUndefined();
    expect(search.settle()).toMatchObject({ text: "login: ", decidedAt: 7 });
  });

  test("a string means the line end that the text has", () => {
    expect(searchFor("a\r\nb", 0).add("a\nb")).toMatchObject({ start: 0, end: 3 });
  });

  test("the flags g and y change nothing, and the expression is left alone", () => {
    const expression = /b/gy;
    expression.lastIndex = 1;
    expect(searchFor(expression, 0).add("abc")).toMatchObject({ start: 1, end: 2 });
    expect(expression.lastIndex).toBe(1);
  });
});

describe("the number of looks", () => {
  const chunk = `${"x".repeat(79)}\n`.repeat(800);

  test("is one for each stretch of a chunk without a match", () => {
    for (const pattern of [/needle/, /n.*e$/, /a(?:bc)?/, /[a-w]+/]) {
      const search = searchFor(pattern, 0);
      expect(runsIn(() => search.add(chunk))).toBeLessThanOrEqual(2);
      expect(runsIn(() => search.add(chunk))).toBeLessThanOrEqual(3);
    }
  });

  test("grows with the logarithm of the chunk where there is a match", () => {
    for (const pattern of [/needle/, /need+/, /needle \d+/]) {
      const search = searchFor(pattern, 0);
      expect(runsIn(() => search.add(`${chunk}needle 12\n${chunk}`))).toBeLessThanOrEqual(50);
    }
    const prompt = searchFor(/\$ $/, 0);
    expect(runsIn(() => prompt.add(`${chunk}$ `))).toBeLessThanOrEqual(50);
  });

  test("is one for each character that comes alone", () => {
    const search = searchFor(/needle|thread/, 0);
    expect(runsIn(() => [...chunk.slice(0, 2000)].map((one) => search.add(one)))).toBe(2000);
  });

  test("is one for each line where later text can undo a match, and none within a line", () => {
    const search = searchFor(/needle(?!s)/, 0);
    expect(runsIn(() => search.add(chunk))).toBe(800);
    expect(runsIn(() => search.add("needle"))).toBe(0);
  });
});
