/**
 * Words one of which is in every line of a death. Nearly every line of a flood has none and gets no
 * closer look. Words of four characters or more are found many at once, and quickly.
 */

const digits = [..."0123456789"];

const words = {
  panic: inAllCases("panic"),
  fatal: inAllCases("fatal"),
  fault: inAllCases("fault"),
  halt: inAllCases("halted"),
  abort: inAllCases("abort"),
  exception: inAllCases("except"),
  assert: inAllCases("assert"),
  bug: ["BUG:", "BUG!", "BUG "],
  count: digits.flatMap((digit) => [
    `[#${digit}]`,
    ...digits.map((second) => `[#${digit}${second}]`),
  ]),
  handle: ["Unable to handle", ...inAllCases("unhandled")],
  trap: inAllCases("trap"),
  oops: inAllCases("oops"),
  warning: ["WARNING: "],
  stall: ["detected stall", "detected expedited", "blocked for", "LOCKUP"],
  banner: ["*** ", "### "],
  sanitizer: ["SAN: ", "anitizer: ", "runtime error"],
  end: [
    "terminate called",
    "terminating ",
    "Current Version: N",
    "GRUB has",
    "handler, esr",
    "MbedOS E",
    "called fail",
    "BAO ERR",
    "CRASH: ",
    "L ERR",
    "L CRA",
  ],
} as const satisfies Record<string, readonly string[]>;

export type Mark = keyof typeof words;

/** What stands before a word where it is another one: "default", "bootstrap". */
const notBehind: Readonly<Record<string, string>> = { fault: "e", trap: "s" };

/** Every word, for a search that does without expressions. */
export const markWords: readonly string[] = Object.values(words).flat();

const first = expressionOf(markWords, "g");
const here = expressionOf(markWords, "y");
const each = (Object.keys(words) as Mark[]).map((mark) => ({
  mark,
  expression: expressionOf(words[mark], ""),
}));

/** Whether a word begins at `at`. */
export function isMarkAt(text: string, at: number): boolean {
  here.lastIndex = at;
  return here.test(text);
}

/** Where the first word ends that begins at `from` or behind it; -1 where there is none. */
export function endOfFirstMark(text: string, from: number): number {
  first.lastIndex = from;
  return first.exec(text) === null ? -1 : first.lastIndex;
}

/** The words that a line has. */
export function marksIn(line: string): Mark[] {
  return each.filter(({ expression }) => expression.test(line)).map(({ mark }) => mark);
}

function inAllCases(word: string): readonly string[] {
  const capital = word.slice(0, 1).toUpperCase();
  return [word, `${capital}${word.slice(1)}`, word.toUpperCase()];
}

function expressionOf(alternatives: readonly string[], flags: string): RegExp {
  const written = alternatives.map((word) => {
    const before = notBehind[word];
    const text = word.replace(/[[\]*]/g, "\\$&");
    return before === undefined ? text : `(?<!${before})${text}`;
  });
  return new RegExp(written.join("|"), flags);
}
