/** Looks for a pattern on a screen. */
import { withFlags } from "./expression.ts";
import { LimitedLook } from "./slow-look.ts";

/** What was found on a screen. */
export interface ScreenMatch {
  /** The matched text. */
  readonly text: string;
  /** The match with its groups; `null` for a string pattern. */
  readonly match: RegExpMatchArray | null;
}

/**
 * Blanks at the end of a row count as they were printed, or not at all, because nobody sees them;
 * nor do empty rows below the last one that is used, so that `$` is where the text ends.
 */
export function findOnScreen(
  rows: readonly string[],
  pattern: string | RegExp,
): ScreenMatch | undefined {
  const printed = rows.slice(0, rows.findLastIndex((row) => row !== "") + 1).join("\n");
  const found = findIn(printed, pattern);
  if (found !== undefined || !rows.some((row) => row.endsWith(" "))) return found;
  return findIn(withoutBlanks(rows), pattern);
}

/** The rows joined by newlines, without blanks at their ends and without empty rows at the end. */
export function withoutBlanks(rows: readonly string[]): string {
  return rows
    .map((row) => row.trimEnd())
    .join("\n")
    .trimEnd();
}

function findIn(shown: string, pattern: string | RegExp): ScreenMatch | undefined {
  if (typeof pattern === "string") {
    // As in a wait for output, every line end is one newline.
    const text = pattern.replaceAll(/\r\n?/g, "\n");
    return shown.includes(text) ? { text, match: null } : undefined;
  }
  const match = new LimitedLook(withFlags(pattern, "")).at(shown);
  return match === null ? undefined : { text: match[0], match };
}
