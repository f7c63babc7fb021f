/** The lines of a port that a failure shows. */
import type { FatalExcerpt } from "../evidence/index.ts";
import type { SerialPort } from "../serial/index.ts";
import { cutAfter } from "../text/index.ts";

/** The last lines of each port that an error shows. */
const shownLines = 12;
/** The fatal line and those below it, where they lie above the last ones. */
const shownFatal = 6;
/** Characters of each of those that are shown. */
const shownCharacters = 1000;
/** Characters in which the beginning of a fatal line is looked for. */
const lookBackCharacters = 4096;

/** What of a port stands where its end is read. */
type Printed = Pick<SerialPort, "end" | "lastLines" | "slice" | "standingFatal">;

/** What an error shows of a port. */
interface Excerpt {
  readonly lines: readonly string[];
  readonly fatal?: FatalExcerpt;
}

/**
 * The last lines; and where the guest has said that it dies above them, as before a long dump of
 * registers, how that began.
 */
export function excerptOf(port: Printed): Excerpt {
  const lines = port.lastLines(shownLines);
  const { standingFatal } = port;
  if (standingFatal === undefined) return { lines };
  const start = lineStart(port, standingFatal.decidedAt - 1);
  const text = port.slice(start, port.end);
  if (text.length < port.end - start) {
    return { lines, fatal: { lines: [standingFatal.line], leftOut: undefined } };
  }
  const below = text.split("\n");
  while (below.at(-1)?.trim() === "") below.pop();
  if (below.length <= lines.length) return { lines };
  const shown = below.map((line) => cutAfter(line, shownCharacters));
  const leftOut = below.length - lines.length - shownFatal;
  if (leftOut <= 0) return { lines: shown };
  return { lines, fatal: { lines: shown.slice(0, shownFatal), leftOut } };
}

/** Where the line begins in which a character stands. */
function lineStart(port: Printed, at: number): number {
  const from = Math.max(0, at - lookBackCharacters);
  return from + port.slice(from, at).lastIndexOf("\n") + 1;
}
