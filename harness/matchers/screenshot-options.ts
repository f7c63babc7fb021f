/** What `toMatchScreenshot` is given, checked: it may come from a test that nobody type-checks. */
import { checkOptionNames, SpecError } from "../evidence/index.ts";
import type { Tolerance } from "../screen/index.ts";
import type { WaitOptions } from "../serial/index.ts";
import { checkDuration, refuseNegatedOptions, show } from "./outcome.ts";

/** How a screen is compared with its baseline, and for how long it may take to look like it. */
export type ScreenshotOptions = Tolerance & Pick<WaitOptions, "timeoutMs" | "failOn">;

const optionNames = ["threshold", "maxDifferentPixels", "mask", "timeoutMs", "failOn"];
const sides = ["left", "top", "width", "height"] as const;

/** @throws `SpecError` naming the option. */
export function checkScreenshotOptions(options: ScreenshotOptions): void {
  refuseNegatedOptions(options);
  checkOptionNames(options, optionNames);
  const { mask = [], maxDifferentPixels = 0, threshold = 0, timeoutMs } = options;
  if (timeoutMs !== undefined) checkDuration("timeoutMs", timeoutMs);
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new SpecError("threshold", `got ${threshold}, takes a number from 0 to 1`);
  }
  if (!Number.isInteger(maxDifferentPixels) || maxDifferentPixels < 0) {
    throw new SpecError("maxDifferentPixels", `got ${maxDifferentPixels}, takes a whole number`);
  }
  if (!Array.isArray(mask)) {
    throw new SpecError("mask", `got ${show(mask)}, takes an array of areas such as [${example}]`);
  }
  for (const [index, area] of mask.entries()) checkArea(area, `mask[${index}]`);
}

const example = "{ left: 0, top: 384, width: 720, height: 16 }";

function checkArea(area: unknown, field: string): void {
  const given = (typeof area === "object" && area !== null ? area : {}) as Record<string, unknown>;
  const isArea =
    Object.keys(given).every((name) => sides.some((side) => side === name)) &&
    sides.every((side) => Number.isInteger(given[side]) && Number(given[side]) >= 0);
  if (isArea) return;
  throw new SpecError(field, `got ${show(area)}, takes an area in whole pixels such as ${example}`);
}
