/** Fatal output on a screen, where lines stand and do not arrive. */
import { FatalWatch } from "./fatal-output.ts";

/**
 * The first row that `patterns` call fatal, or `undefined`.
 * @throws `PatternError` where no row is fatal and a look had to be ended.
 */
export function fatalLineOf(
  rows: readonly string[],
  patterns: readonly (string | RegExp)[],
): string | undefined {
  const watch = new FatalWatch(patterns, 0);
  for (const row of rows) watch.add(`${row.trimEnd()}\n`);
  if (watch.first === undefined && watch.failure !== undefined) throw watch.failure;
  return watch.first?.line.trim();
}
