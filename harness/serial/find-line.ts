/** The line of a text in which something stands that was waited for elsewhere. */
import { execWithin } from "./bounded-look.ts";
import { withFlags } from "./expression.ts";

/** Milliseconds for one pattern: what is looked for is an advice, and no verdict. */
const adviceMs = 200;

/**
 * @param patterns `^` and `$` are true at every line, for the text has another beginning than that
 *   in which they were looked for.
 */
export function findLine(text: string, patterns: readonly (string | RegExp)[]): string | undefined {
  for (const pattern of patterns) {
    const at = typeof pattern === "string" ? text.indexOf(plain(pattern)) : indexIn(text, pattern);
    if (at === -1) continue;
    const end = text.indexOf("\n", at);
    return text.slice(text.lastIndexOf("\n", at - 1) + 1, end === -1 ? text.length : end);
  }
  return undefined;
}

function plain(pattern: string): string {
  return pattern.replaceAll(/\r\n?/g, "\n");
}

function indexIn(text: string, pattern: RegExp): number {
  const found = execWithin(withFlags(pattern, pattern.multiline ? "" : "m"), text, adviceMs);
  return found === null || found === "too slow" ? -1 : found.index;
}
