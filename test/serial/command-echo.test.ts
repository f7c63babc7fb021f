import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findEcho } from "../../harness/serial/command-echo.ts";
import { promptAtEnd } from "../../harness/serial/prompt-search.ts";
import { patient, runs } from "./ports.ts";

const prompt = promptAtEnd(/\$ $/);
const isPrompt = (text: string) => prompt(text) !== undefined;

/** What is left behind the echo of `line`, or "unfinished". */
function behind(text: string, line = "ls -l", column = 2): string {
  const echo = findEcho(text, { line, column, isPrompt });
  return echo === "unfinished" ? echo : text.slice(echo.end);
}

describe("the echo of a line", () => {
  test.each([
    ["once", "ls -l\nout\n$ ", "out\n$ "],
    ["not at all", "out\n$ ", "out\n$ "],
    ["every character twice, as well as the line end", "llss  --ll\n\nout\n$ ", "out\n$ "],
    ["every character twice, but the line end", "llss  --ll\nout\n$ ", "out\n$ "],
    ["once more behind the prompt", "ls -l\n$ ls -l\nout\n$ ", "out\n$ "],
    ["behind a prompt that is printed again", "\n$ ls -l\nout\n$ ", "out\n$ "],
    ["behind each character, as it is typed", "l\n$ ls\n$ ls -l\nout\n$ ", "out\n$ "],
    ["with blanks behind it", "ls -l  \nout\n$ ", "out\n$ "],
  ])("%s", (_, text, rest) => {
    expect(behind(text)).toBe(rest);
  });

  test.each([
    ["another line", "ls -la\n$ ", "ls -la\n$ "],
    ["the line without its end", "ls -l: not found\n$ ", "ls -l: not found\n$ "],
    ["the same line as output, behind the echo", "ls -l\nls -l\n$ ", "ls -l\n$ "],
    ["a prompt as output", "ls -l\n$ \n$ ls\n$ ", "$ \n$ ls\n$ "],
    ["prompts as output, of a guest that does not echo", "$ \n$ ls -l\n$ ", "$ \n$ ls -l\n$ "],
    ["a line that is cut where no terminal wraps", "ls \n-l\n$ ", "ls \n-l\n$ "],
  ])("is not %s", (_, text, rest) => {
    expect(behind(text)).toBe(rest);
  });

  test.each(["", "l", "ls -l", "ls -l ", "ll", "llss  --ll"])("may go on after %j", (text) => {
    expect(behind(text)).toBe("unfinished");
  });

  test("a tab may become blanks", () => {
    expect(behind("a\tb\nx", "a\tb")).toBe("x");
    expect(behind("a   b\nx", "a\tb")).toBe("x");
  });

  test("an empty line is a line end", () => {
    expect(behind("\n$ ", "")).toBe("$ ");
    expect(behind("$ ", "")).toBe("$ ");
  });
});

describe("a line that is wrapped at the right margin", () => {
  const line = "0123456789abcdefghijklmnopqrstuvwxyz".repeat(2);

  /** What is printed at the margin, by what the last character and the next one are. */
  const margins: Record<string, (next: string) => string> = {
    "a line end": () => "\n",
    "readline: a blank and a return": () => " \n",
    "readline: the next character and a return": (next) => `${next}\n`,
    "busybox: the next character and a backspace": (next) => next,
  };

  test.each(Object.keys(margins))("%s", (name) => {
    const wrap = margins[name] as (next: string) => string;
    for (let width = 30; width < 60; width += 1) {
      let text = "";
      for (const [index, character] of [...line].entries()) {
        text += character;
        const next = line[index + 1];
        if ((index + 1 + 2) % width === 0 && next !== undefined) text += wrap(next);
      }
      expect(behind(`${text}\nout\n$ `, line), `width ${width}`).toBe("out\n$ ");
    }
  });
});

test("every beginning of an echo is unfinished, and no output after it changes it", patient, () => {
  const lines = fc.string({ minLength: 1, maxLength: 30 }).filter((line) => !/^ *$/.test(line));
  fc.assert(
    fc.property(lines, fc.string({ maxLength: 30 }), fc.nat(), (line, output, cut) => {
      const echo = `${line}\n`;
      const column = 2;
      const sent = { line, column, isPrompt: () => false };
      expect(findEcho(echo.slice(0, cut % echo.length), sent)).toBe("unfinished");
      expect(findEcho(echo + output, sent)).toEqual({ end: echo.length });
    }),
    runs(1000),
  );
});
