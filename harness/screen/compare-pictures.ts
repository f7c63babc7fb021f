/** How far a picture is from the one that is expected. */
import pixelmatch from "pixelmatch";
import { type Area, isSamePicture, type Picture } from "./picture.ts";

/** What may differ. */
export interface Tolerance {
  /** Distance of colours up to which two pixels are alike: 0 to 1, where 1 is black from white. */
  readonly threshold?: number | undefined;
  /** Pixels that may differ; default 0. */
  readonly maxDifferentPixels?: number | undefined;
  /** Parts that are not looked at: clocks. */
  readonly mask?: readonly Area[] | undefined;
}

/** The verdict on two pictures. */
export interface Comparison {
  readonly isAlike: boolean;
  /** In words, for a message. */
  readonly seen: string;
  /** What differs in red on the faded original; `undefined` where the sizes differ. */
  readonly difference?: Picture;
}

const defaultThreshold = 0.1;

export function comparePictures(
  expected: Picture,
  actual: Picture,
  tolerance: Tolerance = {},
): Comparison {
  const { height, width } = expected;
  if (width !== actual.width || height !== actual.height) {
    const [was, is] = [`${width} × ${height}`, `${actual.width} × ${actual.height}`];
    return { isAlike: false, seen: `the screen is ${is} pixels, and the baseline ${was}` };
  }
  if (isSamePicture(expected, actual)) return { isAlike: true, seen: "no pixel differs" };
  const pixels = new Uint8Array(width * height * 4);
  const { mask = [], maxDifferentPixels = 0, threshold = defaultThreshold } = tolerance;
  const different = pixelmatch(expected.pixels, actual.pixels, pixels, width, height, {
    threshold,
    // Screens of machines are drawn to the pixel: nothing in them is smoothed by chance.
    includeAA: true,
    ignoreMask: maskOf(mask, width, height),
  });
  const allowed = maxDifferentPixels === 0 ? "" : `, and ${maxDifferentPixels} may`;
  return {
    isAlike: different <= maxDifferentPixels,
    seen: `${different} of ${width * height} pixels differ${allowed}`,
    difference: { width, height, pixels },
  };
}

/** One byte for each pixel, not zero where it is not looked at. */
function maskOf(areas: readonly Area[], width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (const area of areas) {
    const right = Math.min(width, area.left + area.width);
    for (
      let row = Math.max(0, area.top);
      row < Math.min(height, area.top + area.height);
      row += 1
    ) {
      mask.fill(1, row * width + Math.max(0, area.left), row * width + Math.max(0, right));
    }
  }
  return mask;
}
