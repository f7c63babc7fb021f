/** The folder `.bringup`, or the one that takes its place. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { HostError } from "../evidence/index.ts";
import { environmentValue } from "../process/index.ts";

/**
 * The folder for evidence, absolute: `BRINGUP_EVIDENCE`; `.bringup` where that is unset or empty.
 * @param root where relative ones begin.
 */
export function evidenceFolder(root: string): string {
  return resolve(root, environmentValue("BRINGUP_EVIDENCE") ?? ".bringup");
}

/**
 * Makes `directory`, which is `folder` or lies in it. A folder that did not exist is made to ignore
 * itself for git; one that did may be somebody else's, and gets no file but what we are asked for.
 * @throws `HostError` if it cannot be written.
 */
export function makeInFolder(folder: string, directory: string): void {
  try {
    const isNew = mkdirSync(folder, { recursive: true }) !== undefined;
    if (isNew) writeFileSync(join(folder, ".gitignore"), "*\n", { flag: "wx" });
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw unwritable(directory, error);
  }
}

/** Evidence has no place to go. */
export function unwritable(directory: string, error: unknown): HostError {
  return new HostError(`cannot write evidence to ${directory}: ${(error as Error).message}`, {
    cause: error,
    remedy: "make the working directory writable, or set BRINGUP_EVIDENCE to another one",
  });
}
