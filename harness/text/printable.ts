/**
 * The one place that makes text fit to be shown. Everything that a guest, a symbol table, debug
 * information, QEMU, a compiler or a file name says goes through here on its way to a terminal or
 * a report.
 */
import stripAnsi from "strip-ansi";

/**
 * Control characters but tab and line feed (C0, DEL, C1), the bidirectional controls, which can
 * make a line read as something else than it is (Unicode TR36, 3.8), separators that only some
 * programs take for the end of a line, half characters, and the two non-characters that XML lacks.
 */
const invisible =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\p{Bidi_Control}\p{Surrogate}\ufffe\uffff]/gu;
/** Everything that colours text, and nothing that moves, hides or asks (ECMA-48, 8.3.117). */
const colour = /(\x1b\[[\d;:]*m)/;
/** The longest name of a function or file that is shown whole; a mangled one has a few hundred. */
const longestNameCharacters = 400;

/** What `printable` leaves as it is. */
export interface PrintableOptions {
  /** Whether colours stay, because we or the test runner have put them there. Default: no. */
  readonly colours?: boolean;
}

/**
 * Makes any string fit to be shown. Escape sequences of terminals go, CRLF becomes LF, and each
 * character that nobody could see, or that would steer a terminal, becomes a visible `\u{1b}` with
 * its code point in hexadecimal. Tabs and line feeds stay. What is printable already comes back
 * unchanged, so it may be applied twice. It is for reading and not for decoding: the exact bytes
 * are in the logs.
 */
export function printable(text: string, { colours = false }: PrintableOptions = {}): string {
  if (!colours) return stripAnsi(text).replaceAll("\r\n", "\n").replace(invisible, visible);
  const parts = text.split(colour);
  return parts.map((part, index) => (index % 2 === 0 ? printable(part) : part)).join("");
}

/**
 * `printable`, on one line: for names, of functions and files for one, that stand within a
 * sentence. A line feed or tab becomes visible too, so that nothing can begin a line of its own.
 * @param longest characters that are shown at most; what is left out is said by "…".
 */
export function printableLine(text: string, longest = longestNameCharacters): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return printable(shown).replace(/[\t\n]/g, visible);
}

/** Plain data with every string in it printable, also the names of fields. */
export function printableData(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (Array.isArray(value)) return value.map(printableData);
  if (typeof value !== "object" || value === null) return value;
  // Anything but plain data shows itself by its own rules.
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, part]) => [printable(name), printableData(part)]));
}

function visible(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
