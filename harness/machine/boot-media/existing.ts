/** Files that the spec names. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { SpecError } from "../../evidence/index.ts";

/**
 * The absolute path of a file that the spec names. @throws `SpecError` if it is none, with `advice`
 * behind it if there is none of that name.
 */
export async function existing(field: string, path: string, advice = ""): Promise<string> {
  const absolute = resolve(path);
  try {
    if ((await stat(absolute)).isFile()) return absolute;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? `does not exist${advice}` : `cannot be read (${code})`;
    throw new SpecError(field, `${absolute} ${why}`, { cause: error });
  }
  throw new SpecError(field, `${absolute} is not a regular file`);
}
