/** Copies that are to be changed. */
import { chmod, constants, copyFile } from "node:fs/promises";

/** Copies a file; the copy can be written to even where the original cannot. */
export async function copyToChange(file: string, copy: string): Promise<void> {
  await copyFile(file, copy, constants.COPYFILE_FICLONE);
  await chmod(copy, 0o600);
}
