/** Where the echo of a command ends and its output begins. */

/** No terminal is narrower: before this column no line editor wraps a line. */
const narrowestColumns = 20;

/** What is known when a line has been sent to a guest that stood at its prompt. */
export interface SentLine {
  /** The line, without its end. */
  readonly line: string;
  /** Characters that stood in the terminal's line before it: the prompt. */
  readonly column: number;
  /** Whether a text ends with the prompt. */
  readonly isPrompt: (text: string) => boolean;
}

/**
 * `end` is the index behind the echo and its line end, 0 where the guest does not echo;
 * `"unfinished"`: all of it may be the beginning of an echo.
 */
export type CommandEcho = { readonly end: number } | "unfinished";

/**
 * Tells the echo of a line from output. An echo is the line and a line end, where every character
 * may be there twice, and where a line editor may wrap the line, or print prompt and line again.
 * @param text the beginning of what the guest has printed since the line was sent.
 */
export function findEcho(text: string, sent: SentLine): CommandEcho {
  const twice = [...sent.line].map((character) => character + character).join("");
  const echoes = [align(text, sent.line, sent.column), align(text, twice, sent.column)];
  const [single, double] = echoes;
  if (typeof single === "number") return { end: afterRedrawn(text, single, sent) };
  if (typeof double === "number") return { end: text[double] === "\n" ? double + 1 : double };
  if (echoes.includes("unfinished")) return "unfinished";
  return { end: afterRedrawn(text, 0, sent) };
}

/** The index behind `line` and its end at the beginning of `text`. */
function align(text: string, line: string, column: number): number | "unfinished" | undefined {
  let at = 0;
  let columns = column;
  let isWrapped = false;
  for (let matched = 0; matched < line.length; ) {
    const character = text[at];
    if (character === undefined) return "unfinished";
    if (character === line[matched]) {
      // A blank may have been taken for the one that an editor prints at the margin.
      isWrapped &&= character === line[matched - 1];
      at += 1;
      matched += 1;
      columns += 1;
      continue;
    }
    const width = line[matched] === "\t" ? lengthOf(/^ +/, text, at) : 0;
    if (width > 0) {
      at += width;
      matched += 1;
      columns += width;
      continue;
    }
    // At the right margin editors print a blank or the next character, which they then overwrite,
    // and go to the beginning of the next line.
    if (columns < narrowestColumns && !isWrapped) return undefined;
    const gap = isWrapped ? 0 : lengthOf(/^ ?\n/, text, at);
    if (gap > 0) {
      isWrapped = true;
      columns = 0;
    } else if (character === " " && at + 1 === text.length) return "unfinished";
    else if (character !== line[matched - 1]) return undefined;
    else isWrapped = false;
    at += gap || 1;
  }
  const lineEnd = lengthOf(/^ *\n/, text, at);
  if (lineEnd > 0) return at + lineEnd;
  return /^ *$/.test(text.slice(at)) ? "unfinished" : undefined;
}

function lengthOf(expression: RegExp, text: string, at: number): number {
  return expression.exec(text.slice(at))?.[0].length ?? 0;
}

/**
 * Some editors print prompt and line again, as far as it has come, while it is typed and when it
 * is complete. The same line without the prompt before it would be output.
 * @returns the index behind the last such line from `from` on, which begins a line.
 */
function afterRedrawn(text: string, from: number, { isPrompt, line }: SentLine): number {
  let end = from;
  let at = from;
  for (;;) {
    const newline = text.indexOf("\n", at);
    if (newline === -1) return end;
    const printed = text.slice(at, newline);
    // The prompt of the first line was there before the line was sent.
    const isFirst = at === 0;
    at = newline + 1;
    if (printed.endsWith(line) && isPrompt(printed.slice(0, printed.length - line.length))) {
      end = at;
      continue;
    }
    const isEchoed = end > 0;
    const isPartial = isFirst ? line.startsWith(printed) : endsPartly(printed, line, isPrompt);
    if (isEchoed || !isPartial) return end;
  }
}

/** Whether a prompt is followed by nothing but the beginning of the line. */
function endsPartly(printed: string, line: string, isPrompt: SentLine["isPrompt"]): boolean {
  const longest = Math.min(line.length, printed.length);
  for (let length = longest; length >= 0; length -= 1) {
    const split = printed.length - length;
    if (line.startsWith(printed.slice(split)) && isPrompt(printed.slice(0, split))) return true;
  }
  return false;
}
