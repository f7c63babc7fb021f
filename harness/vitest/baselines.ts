/** Where a test's screenshots are: beside its file, as vitest's own. */
import { basename, dirname, join } from "node:path";
import type { BaselineRecord, TestRecord } from "../evidence/index.ts";
import type { Baseline } from "../matchers/index.ts";
import { type BaselineName, baselineFile, ownerOf } from "./baseline-file.ts";

/** What of vitest's matcher state tells. */
export interface ScreenshotState {
  readonly testPath?: string | undefined;
  readonly currentTestName?: string | undefined;
  readonly snapshotState?: { readonly snapshotUpdateState: Baseline["update"] } | undefined;
}

/** The test, as vitest has it in a worker. */
export interface ScreenshotTest {
  readonly meta?: { bringup?: TestRecord };
}

/** Unnamed screenshots so far, by test. */
const counts = new WeakMap<object, number>();

/**
 * The baseline of a screenshot: `__screenshots__/<test file>/<name>.png`. One without a name has
 * that of its test, and a number. Different names have different files.
 * @param test the test as an object: a retry counts anew.
 */
export function baselineOf(
  state: ScreenshotState,
  test: ScreenshotTest,
  name: string | undefined,
): Baseline | undefined {
  const { currentTestName = "", snapshotState, testPath } = state;
  if (testPath === undefined) return undefined;
  const wanted: BaselineName =
    name === undefined
      ? { kind: "test", name: `${currentTestName}-${countOf(test)}` }
      : { kind: "given", name };
  const directory = join(dirname(testPath), "__screenshots__", basename(testPath));
  const file = baselineFile(directory, wanted);
  const path = join(directory, `${file}.png`);
  const onChange = (change: BaselineRecord["change"]) => record(test, { path, change });
  const update = snapshotState?.snapshotUpdateState ?? "none";
  return { path, name: file, owner: ownerOf(wanted), update, onChange };
}

/** For the reporters. What an earlier attempt has written is not new in a later one. */
function record({ meta }: ScreenshotTest, one: BaselineRecord): void {
  if (meta === undefined) return;
  const { attempts = [], baselines = [] } = meta.bringup ?? {};
  if (baselines.some(({ path }) => path === one.path)) return;
  meta.bringup = { attempts, baselines: [...baselines, one] };
}

function countOf(test: object): number {
  const count = (counts.get(test) ?? 0) + 1;
  counts.set(test, count);
  return count;
}
