/** Private directories for FIFOs, overlays and variable stores: one a machine, in the session's. */
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { HostError } from "../evidence/index.ts";
import { stockFifos } from "./make-fifos.ts";
import { sessionDirectory } from "./session.ts";

/** A directory that nobody else may enter. */
export interface PrivateDirectory {
  readonly path: string;
  /** Deletes it and all that is in it. */
  readonly remove: () => Promise<void>;
}

/**
 * Makes a directory for one machine inside this process's session directory, mode 0700.
 * @param name begins the directory's name; what is no letter, digit, `.`, `_` or `-` becomes `-`,
 *   because paths also stand in option lists of QEMU, which commas and others would cut.
 * @throws `HostError` if the temporary directory cannot be written or locked.
 *   Afterwards the caller owns the directory: `remove()` deletes it and all that is in it; if the
 *   process ends first, it goes with the session.
 */
export async function createPrivateDirectory(name: string): Promise<PrivateDirectory> {
  const session = await sessionDirectory();
  const readable = name.replaceAll(/[^A-Za-z0-9._-]|\.\.+/g, "-").slice(0, 40);
  try {
    // Made with mode 0700 and six random characters: mkdtemp(3).
    const path = mkdtempSync(join(session, `${readable}-`));
    return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
  } catch (error) {
    throw new HostError(
      `cannot make a private directory in ${session}: ${(error as Error).message}`,
      { cause: error, remedy: "set TMPDIR to a directory with space that you may write" },
    );
  }
}

/**
 * Does ahead of time what the first machine of a process would wait for: the session directory and
 * a stock of FIFOs. May be called any number of times, and need not be.
 * @throws `HostError` as `createPrivateDirectory` and `makeFifos` do.
 */
export async function prepareSession(): Promise<void> {
  await stockFifos();
}
