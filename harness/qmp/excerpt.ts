/** Text of the protocol, cut to fit into a message that a person reads. */

import { cutAfter, printableLine } from "../text/index.ts";

const EXCERPT_LENGTH = 300;

/** At most 300 characters of `text` on one line, and how many were left out. */
export function excerpt(text: string): string {
  return printableLine(cutAfter(text, EXCERPT_LENGTH));
}

/** The first line of an error's message, or the text of whatever else was thrown. */
export function firstLine(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.split("\n", 1)[0] ?? "";
}
