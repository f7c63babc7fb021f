/** What ends a line that is typed. */
import { SpecError } from "../evidence/index.ts";

const lineEnds = ["\r", "\n", "\r\n"] as const;

/** The Enter key sends a carriage return. */
export type LineEnd = (typeof lineEnds)[number];

/** @throws `SpecError` for anything else. */
export function checkLineEnd(value: unknown): LineEnd {
  const found = lineEnds.find((lineEnd) => lineEnd === value);
  if (found !== undefined) return found;
  const takes = lineEnds.map((lineEnd) => JSON.stringify(lineEnd)).join(", ");
  throw new SpecError("lineEnd", `takes one of ${takes}, not ${JSON.stringify(value)}`);
}
