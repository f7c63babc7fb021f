/** How far a screen is from the picture that is expected, but for a cursor that blinks. Pure. */
import { type Comparison, comparePictures, type Tolerance } from "./compare-pictures.ts";
import type { ScreenSight } from "./display.ts";
import type { Picture } from "./picture.ts";

/** The verdict on a screen. */
export interface ScreenComparison extends Comparison {
  /** Whether it might be another one if it were known where the cursor is. */
  readonly needsCursor: boolean;
}

/** The pixels that a cursor takes are left out, once a sight says which these are. */
export function compareScreen(
  expected: Picture,
  { cursor, picture, text }: ScreenSight,
  tolerance: Tolerance = {},
): ScreenComparison {
  const mask = [...(tolerance.mask ?? []), ...(typeof cursor === "object" ? [cursor] : [])];
  const comparison = comparePictures(expected, picture, { ...tolerance, mask });
  const { difference, isAlike } = comparison;
  if (isAlike || cursor !== undefined || text === undefined || difference === undefined) {
    return { ...comparison, needsCursor: false };
  }
  const counts = differencesByCell(difference, text.columns, text.rows.length);
  const [most, sum] = [Math.max(...counts), counts.reduce((total, count) => total + count, 0)];
  return { ...comparison, needsCursor: sum - most <= (tolerance.maxDifferentPixels ?? 0) };
}

/** How many pixels of each cell are marked as different. */
function differencesByCell({ height, pixels, width }: Picture, columns: number, rows: number) {
  const [cellWidth, cellHeight] = [width / columns, height / rows];
  const counts = new Array<number>(columns * rows).fill(0);
  for (let at = 0; at < width * height; at += 1) {
    // What does not differ is grey.
    if (pixels[4 * at] !== 255 || pixels[4 * at + 1] !== 0) continue;
    const [row, column] = [Math.floor(at / width / cellHeight), (at % width) / cellWidth];
    const cell = row * columns + Math.floor(column);
    counts[cell] = (counts[cell] as number) + 1;
  }
  return counts;
}
