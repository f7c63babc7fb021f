/** Where a test's screenshots are: beside its file, as vitest's own. */
import { basename, dirname, join } from "node:path";
import type { Baseline } from "../matchers/index.ts";

/** What of vitest's matcher state tells. */
export interface ScreenshotState {
  readonly testPath?: string | undefined;
  readonly currentTestName?: string | undefined;
  readonly snapshotState?: { readonly snapshotUpdateState: Baseline["update"] } | undefined;
}

/** Unnamed screenshots so far, by test. */
const counts = new WeakMap<object, number>();

/**
 * The baseline of a screenshot: `__screenshots__/<test file>/<name>.png`. One without a name has
 * that of its test, and a number.
 * @param test the test as an object: a retry counts anew.
 */
export function baselineOf(
  state: ScreenshotState,
  test: object,
  name: string | undefined,
): Baseline | undefined {
  const { currentTestName = "", snapshotState, testPath } = state;
  if (testPath === undefined) return undefined;
  const file = slug(name ?? `${currentTestName}-${countOf(test)}`);
  const path = join(dirname(testPath), "__screenshots__", basename(testPath), `${file}.png`);
  return { path, name: file, update: snapshotState?.snapshotUpdateState ?? "none" };
}

function countOf(test: object): number {
  const count = (counts.get(test) ?? 0) + 1;
  counts.set(test, count);
  return count;
}

function slug(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+/, "");
}
