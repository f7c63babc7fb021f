/** What a kernel is, examined once for each version: most tests of a file boot the same one. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { detectImage } from "./image.ts";
import type { DetectedImage } from "./image-types.ts";

/** By path; a new version takes the place of the one before. */
const examined = new Map<string, { readonly version: string; readonly image: DetectedImage }>();

/**
 * As `detectImage`, which is asked again when the file's size, time or inode has changed.
 * @throws what `detectImage` throws. Failures are not remembered.
 */
export async function examineImage(kernel: string): Promise<DetectedImage> {
  const path = resolve(kernel);
  const version = versionOf(path);
  const known = examined.get(path);
  if (known !== undefined && known.version === version) return known.image;
  const image = await detectImage(path);
  if (version !== undefined) examined.set(path, { version, image });
  return image;
}

/** `undefined` for what cannot be looked at: `detectImage` says why. */
function versionOf(path: string): string | undefined {
  try {
    const { ino, mtimeNs, size } = statSync(path, { bigint: true });
    return `${size}:${mtimeNs}:${ino}`;
  } catch {
    return undefined;
  }
}
