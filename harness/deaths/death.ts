/** What a row of the tables is, and what its expressions are built from. */

import type { Mark } from "./marks.ts";

/**
 * One way in which guests say that they die. Real lines and near misses are beside it in
 * `fixtures/deaths/`, by the source: what only tests read is not in the package.
 */
export interface Death {
  /** Matches the line, and nothing beyond it; `^` is the beginning of the line. */
  readonly pattern: RegExp;
  /** Words one of which is in each such line, so that no other line needs a closer look. */
  readonly marks: readonly Mark[];
  /** Where the system's source prints it; no two rows have the same. */
  readonly source: string;
  /** Further lines that tell the reason; the message takes them in. */
  readonly reason?: Reason;
}

/** The lines below that belong to the message. */
export interface Reason {
  /** What the headline ends with where it leaves its reason to the lines below; default: always. */
  readonly asked?: RegExp;
  /** The line below, where it fits. */
  readonly first: RegExp;
  /** Those below that one, as long as they fit. */
  readonly further?: RegExp;
}

/** A line below that says something. */
export const anyReason: Reason = { first: /[^\s*]/ };

/**
 * What logs put before a line: blanks, `[ 1.234567]`, `[ERROR]`, `<3>`, times and dates, levels,
 * CPUs, `kernel:`, a file and its line, `(XEN)`, OP-TEE's `E/TC:0 0`, and banners of at least two
 * characters.
 * A single `*`, `-`, `#` or `>` is an item of a list, a comment or a prompt, and is not in it.
 * Each way in begins differently, and ends where nothing else could begin, so that no line can be
 * read in two ways: a banner of fifty characters would be read in millions.
 */
const decoration = [
  String.raw`[ \t]`,
  String.raw`\[[^\]\n]{0,80}\]:?`,
  String.raw`<\d>`,
  String.raw`\d(?:[\d.:T+-]*\d)?[Zs]?(?:[ \t]|:(?![\d.:T+-]))`,
  String.raw`E \(\d+\) [\w-]{1,30}:`,
  String.raw`\((?:XEN|[dD]\d+)\)`,
  String.raw`[EF]\/[A-Z]{1,6}:\S{1,20}(?: \d+)?`,
  "[*!#=>~+|-](?:(?=[*!#=>~+|-])|(?<=[*!#=>~+|-]{2})(?![*!#=>~+|-]))",
  "(?:EMERG|EMERGENCY|ALERT|CRIT|CRITICAL|FATAL|ERROR|ERR|E)(?:[:|]| -)",
  String.raw`(?:cpu|CPU|Cpu|core|Core|hart|HART|lapicid)[ #]?\d+[:,]?`,
  String.raw`(?:[\w.-]{1,40} )?kernel:`,
  String.raw`[\w./-]{1,80}\.(?:[cChS]|cc|cpp|rs|zig|adb|go):\d+(?::\d+)?[: ]`,
].join("|");

/** An expression for a line that begins with `body`, behind what logs put before it. */
export function atHead(body: string): RegExp {
  return new RegExp(`^(?:${decoration}){0,40}${body}`, "m");
}

/**
 * Lines in which a word of death says nothing: results and names of tests (TAP, KTAP, Rust, gtest),
 * what is enabled or installed, counts of nothing.
 */
const healthy = [
  String.raw`\s*(?:not )?ok\b`,
  String.raw`\s*(?:\[ *(?:RUN|OK|PASSED|FAILED|SKIPPED|PASS|FAIL|SKIP) *\]|=== (?:RUN|PAUSE|CONT|NAME)|--- (?:PASS|FAIL|SKIP))`,
  String.raw`\s*(?:[Tt]est(?:s|ing)?|TEST|[Rr]unning|RUN|PASS(?:ED)?|SKIP(?:PED)?|[Uu]sage)\b(?! \w+ failed)`,
  String.raw`.*(?:\.\.\.+|:|=>?|\s-) ?[[(]? ?(?:[Oo][Kk]|PASS(?:ED)?|[Pp]ass(?:ed)?|[Dd]one|[Ss]kip(?:ped)?|SKIP(?:PED)?|[Ii]gnored|[Nn]one|[Nn]ever|[Ee]nabled|[Dd]isabled|on|off|0)[\])!. \t]*$`,
  String.raw`.*\b(?:handlers?|hooks?|notifiers?|macros?|tests?|timeouts?) (?:is |are |was |were |has been |have been )?(?:installed|registered|set|enabled|disabled|initiali[sz]ed|ready|loaded|passed|done)\b`,
  String.raw`.*\b(?:0|[Nn]o) (?:found|failed|failures?|errors?|panics?|bugs?)\b`,
].join("|");

const value = String.raw`(?:on|off|none|ok|OK|ready|enabled|disabled|\d+)`;
const verb =
  "(?:[Tt]rigger|[Cc]ause|[Hh]alt|[Cc]rash|[Ff]orce|[Ss]imulate|[Tt]est|[Ii]nvoke|[Rr]aise|[Ss]top)(?:e?s)?";

/** What a message is: not a setting, a value, or what a command of that name does. */
export const message = String.raw`(?!\s*(?:\w+=|${value}\s*$|${verb} (?:a|an|the) ))(?=.*\S)`;

/** As `atHead`, for words that healthy guests use as well. */
export function unlessHealthy(body: string): RegExp {
  return new RegExp(`^(?!${healthy})(?:${decoration}){0,40}${body}`, "m");
}
