import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { AssertionError, SpecError } from "../evidence/index.ts";
import {
  type Comparison,
  checkPictureName,
  compareScreen,
  decodePng,
  encodePng,
  type Picture,
  type Screen,
  type ScreenSight,
} from "../screen/index.ts";
import { monotonicMs } from "../wait/index.ts";
import { type MatcherCall, type MatcherResult, met, notMet } from "./outcome.ts";
import { checkScreenshotOptions, type ScreenshotOptions } from "./screenshot-options.ts";

/** Milliseconds within which a screen has to come to look like its baseline. `docs/limits.md`. */
const screenshotMs = 5_000;

/** Milliseconds without a change, after which a picture is taken for a baseline. */
const restMs = 500;

/** Where the baseline is, and whether it may be written. */
export interface Baseline {
  /** Absolute path of the PNG file. */
  readonly path: string;
  /** Name of the files of evidence. */
  readonly name: string;
  /** Kept in the file, so that it is known whose baseline it is. */
  readonly owner?: string;
  /** As vitest has it: `-u` is "all", a run on CI "none". */
  readonly update: "all" | "new" | "none";
  /** Told when the file has been made, or made anew. */
  readonly onChange?: (change: "written" | "updated") => void;
}

/**
 * The screen looks like its baseline, now or before long. Where there is none it becomes that, once
 * it rests; on CI that is a failure. Negated: it does not, now.
 */
export async function toMatchScreenshot(
  call: MatcherCall,
  screen: Screen,
  name?: string | ScreenshotOptions,
  options: ScreenshotOptions = {},
): Promise<MatcherResult> {
  const hasOptionsOnly = typeof name === "object" && name !== null;
  const chosen = hasOptionsOnly ? name : options;
  checkScreenshotOptions(chosen);
  if (!hasOptionsOnly) checkPictureName(name);
  const baseline = call.baseline?.(typeof name === "string" ? name : undefined);
  if (baseline === undefined) throw new SpecError("name", "is missing: outside a test, give one");
  const shown = relative(process.cwd(), baseline.path);
  const expectation = { subject: "the screen", verb: `to match ${shown}` };
  const expected = existsSync(baseline.path) ? read(baseline.path, shown) : undefined;
  const isWritten = baseline.update === "all" || (baseline.update === "new" && !expected);
  if (call.isNot) {
    if (expected === undefined) throw missing(shown);
    const compare = (sight: ScreenSight) => compareScreen(expected, sight, chosen);
    const { isAlike } = compare(await screen.sight((sight) => compare(sight).needsCursor));
    return isAlike ? met(call, expectation, "but it does") : notMet(expectation);
  }
  if (isWritten) {
    await write(screen, baseline, expected, chosen);
    return met(call, expectation);
  }
  if (expected === undefined) {
    screen.save((await screen.sight()).picture, `${baseline.name}-actual`);
    throw missing(shown);
  }
  await waitUntilAlike(screen, baseline, expected, chosen, shown);
  return met(call, expectation);
}

async function waitUntilAlike(
  screen: Screen,
  { name }: Baseline,
  expected: Picture,
  options: ScreenshotOptions,
  shown: string,
): Promise<void> {
  let last: { comparison: Comparison; picture: Picture } | undefined;
  const wait = {
    phase: `the screen to match ${shown}`,
    usualMs: screenshotMs,
    needsCursor: (sight: ScreenSight) => compareScreen(expected, sight, options).needsCursor,
    look: (sight: ScreenSight) => {
      last = { picture: sight.picture, comparison: compareScreen(expected, sight, options) };
      return last.comparison.isAlike || undefined;
    },
    hint: () => {
      if (last === undefined) return "";
      const files = [
        screen.save(expected, `${name}-expected`),
        screen.save(last.picture, `${name}-actual`),
        ...(last.comparison.difference === undefined
          ? []
          : [screen.save(last.comparison.difference, `${name}-difference`)]),
      ];
      const paths = files.map(({ path }) => `\n    ${relative(process.cwd(), path)}`);
      return `\n  ${last.comparison.seen}; vitest -u takes what it shows as the baseline${paths.join("")}`;
    },
  };
  await screen.waitFor(wait, options);
}

/** Takes a picture once the screen rests, and makes it the baseline. */
async function write(
  screen: Screen,
  { onChange, owner, path }: Baseline,
  expected: Picture | undefined,
  options: ScreenshotOptions,
): Promise<void> {
  let before: Picture | undefined;
  let sinceMs = 0;
  // What is masked may change all the time.
  const unchanged = { threshold: 0, mask: options.mask };
  // A cursor that blinks is no change, and none that a version control should hear of.
  const comparisons = (sight: ScreenSight) => [
    ...(before === undefined ? [] : [compareScreen(before, sight, unchanged)]),
    ...(expected === undefined ? [] : [compareScreen(expected, sight, options)]),
  ];
  const wait = {
    phase: `the screen to rest for ${restMs} ms`,
    usualMs: screenshotMs,
    needsCursor: (sight: ScreenSight) => comparisons(sight).some(({ needsCursor }) => needsCursor),
    look: (sight: ScreenSight) => {
      const nowMs = monotonicMs();
      if (before === undefined || !compareScreen(before, sight, unchanged).isAlike) {
        sinceMs = nowMs;
      }
      before = sight.picture;
      return nowMs - sinceMs >= restMs ? sight : undefined;
    },
    // A guest that is dead changes nothing any more.
    final: (sight: ScreenSight) => sight,
  };
  const sight = await screen.waitFor(wait, options);
  // What still passes is not written anew: a version control would take it for a change.
  if (expected !== undefined && compareScreen(expected, sight, options).isAlike) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, encodePng(sight.picture, owner));
  onChange?.(expected === undefined ? "written" : "updated");
}

function read(path: string, shown: string): Picture {
  try {
    return decodePng(readFileSync(path));
  } catch (error) {
    const why = (error as Error).message;
    throw new SpecError("name", `stands for ${shown}, which is no PNG file: ${why}; delete it`, {
      cause: error,
    });
  }
}

function missing(shown: string): AssertionError {
  return new AssertionError(
    `expected the screen to match ${shown}, which is not there; run the test once where CI is not ` +
      "set, or with vitest -u, and commit the file",
  );
}
