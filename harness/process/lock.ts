/** Locks that end with the process that holds them, however it ends: flock(2). */
import { closeSync, constants, openSync } from "node:fs";
import { HostError } from "../evidence/index.ts";
import { runBriefly } from "./brief-program.ts";

/** The host's own flag for "open and lock at once" (BSD and macOS, open(2), sys/fcntl.h). */
const openLocked = 0x20;
const openLockedPlatforms = ["darwin", "freebsd", "netbsd", "openbsd"];
/** flock(1): the exit code for a lock that another process holds. */
const isHeldCode = 1;

/**
 * Opens a file and takes the exclusive lock on it, without waiting. A symbolic link is not
 * followed.
 * @param flags open(2) flags besides that.
 * @returns the descriptor, with which the lock goes, or `undefined` if another process holds it.
 * @throws `HostError` if this host cannot lock here; what open(2) says, as it is. Nothing is open
 *   then.
 */
export async function openWithLock(path: string, flags: number): Promise<number | undefined> {
  const all = flags | constants.O_NOFOLLOW;
  if (openLockedPlatforms.includes(process.platform)) return openAndLock(path, all);
  const descriptor = openSync(path, all, 0o600);
  let isLocked = false;
  try {
    isLocked = await tryLock(descriptor, path);
  } finally {
    if (!isLocked) closeSync(descriptor);
  }
  return isLocked ? descriptor : undefined;
}

function openAndLock(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags | openLocked | constants.O_NONBLOCK, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
    throw error;
  }
}

/**
 * The lock belongs to the open file description, which this process shares with flock(1) through
 * inheritance, so that it stays after flock has ended. No later child inherits the descriptor.
 */
async function tryLock(descriptor: number, path: string): Promise<boolean> {
  const flock = await runBriefly("flock", ["--nonblock", "--exclusive", "3"], descriptor);
  if (flock.exitCode === 0) return true;
  if (flock.exitCode === isHeldCode) return false;
  if (flock.isMissing) {
    throw new HostError("flock(1) is missing, which guards temporary directories", {
      remedy: "install util-linux",
    });
  }
  throw new HostError(`cannot lock ${path}: ${flock.words}`, {
    remedy: "set TMPDIR to a directory of a file system that has locks, a local one",
  });
}
