/**
 * Runs in the evidence folder: one directory each, held by a lock that dies with the process that
 * began the run. The folder may be anybody's, and so a directory is removed only with proof that it
 * is a run of ours that is over: its name, the words in its mark, and the lock on that.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { readdir, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { HostError } from "../evidence/index.ts";
import { openWithLock, ownDirectory } from "../process/index.ts";
import { makeInFolder, unwritable } from "./evidence-folder.ts";

/** Runs that are kept, newest first; older ones are removed when a run starts. `docs/limits.md`. */
const keptRuns = 5;
const runPattern = /^\d{8}-\d{6}-[0-9a-f]{6}$/;
/** File of a run that says whose it is, and carries the lock. */
const markName = ".bringup-run";
const markText =
  "This directory is removed when it is old and no process holds a lock on this file.\n";

/** A name that sorts by time and is unique: "20260131-120000-1a2b3c". */
export function newRunName(now: Date = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${stamp}-${randomBytes(3).toString("hex")}`;
}

/**
 * Makes the directory of a run and marks it as ours. This process holds it from then on: nobody
 * prunes it before the process has ended, however it ends. A run in which nothing was kept leaves
 * no directory, unless its process is killed.
 * @param run from `newRunName`.
 * Where it cannot be locked it has no mark, and nothing removes it.
 * @throws `HostError` if the directory cannot be written.
 */
export async function beginRun(folder: string, run: string): Promise<void> {
  const directory = join(folder, "runs", run);
  makeInFolder(folder, directory);
  const lock = await lockNewMark(directory);
  if (lock === undefined) return;
  writeSync(lock, markText);
  ownDirectory(() => removeIfEmpty(directory));
}

/** @returns the descriptor, which stays open, or `undefined` where there is no lock to be had. */
async function lockNewMark(directory: string): Promise<number | undefined> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
  try {
    return await openWithLock(join(directory, markName), flags);
  } catch (error) {
    // Where nothing can be locked the run has no mark, and nothing ever removes it.
    if (error instanceof HostError) return undefined;
    throw unwritable(directory, error);
  }
}

function removeIfEmpty(directory: string): void {
  if (readdirSync(directory).some((name) => name !== markName)) return;
  unlinkSync(join(directory, markName));
  rmdirSync(directory);
}

/**
 * Removes all runs of ours but the newest, and but those whose process lives. What is not provably
 * such a run stays, and so does what cannot be removed. Never throws.
 */
export async function pruneRuns(folder: string): Promise<void> {
  const runs = join(folder, "runs");
  const entries = await readdir(runs, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isDirectory() && runPattern.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .reverse();
  for (const name of names.slice(keptRuns)) await removeIfOver(join(runs, name)).catch(() => {});
}

async function removeIfOver(run: string): Promise<void> {
  const mark = join(run, markName);
  const lock = await openWithLock(mark, constants.O_RDWR);
  if (lock === undefined) return;
  try {
    if (!fstatSync(lock).isFile() || readFileSync(lock, "utf8") !== markText) return;
    // The mark goes last: a removal that is cut short is taken up by a later run.
    for (const name of await readdir(run)) {
      if (name !== markName) await rm(join(run, name), { recursive: true, force: true });
    }
    await unlink(mark);
    await rmdir(run);
  } finally {
    closeSync(lock);
  }
}
