/**
 * What it is for: what guests say when they die, as tables of facts.
 * What comes in: lines of text.
 * What goes out: expressions for such lines, and what belongs to their message.
 */
import type { Death } from "./death.ts";
import * as embedded from "./embedded.ts";
import * as firmware from "./firmware.ts";
import * as hypervisors from "./hypervisors.ts";
import { illumos } from "./illumos.ts";
import { languages } from "./languages.ts";
import { linux } from "./linux.ts";
import { mach } from "./mach.ts";
import { rust } from "./rust.ts";
import * as systems from "./systems.ts";
import { teaching } from "./teaching.ts";
import { unix } from "./unix.ts";
import { unknownFaults } from "./unknown-faults.ts";
import { unknownPanics } from "./unknown-panics.ts";

export type { Death, Reason } from "./death.ts";
export { endOfFirstMark, isMarkAt, marksIn, markWords } from "./marks.ts";

/** Every row of every table; of two that find the same line the first is asked. */
export const deaths: readonly Death[] = [
  ...linux,
  ...rust,
  ...teaching,
  ...unix,
  ...illumos,
  ...mach,
  ...Object.values(firmware).flat(),
  ...Object.values(hypervisors).flat(),
  ...Object.values(embedded).flat(),
  ...Object.values(systems).flat(),
  ...languages,
  ...unknownPanics,
  ...unknownFaults,
];

/**
 * What well-known systems print when they die, and what unknown ones mostly do. `failOn` replaces
 * the list; spread it to add to it: `failOn: [...fatalPatterns, /my panic/]`.
 */
export const fatalPatterns: readonly RegExp[] = deaths.map(({ pattern }) => pattern);

const rows = new Map(deaths.map((death) => [death.pattern, death]));

/** The row of a pattern of ours; `undefined` for any other. */
export function deathOf(pattern: string | RegExp): Death | undefined {
  return typeof pattern === "string" ? undefined : rows.get(pattern);
}
