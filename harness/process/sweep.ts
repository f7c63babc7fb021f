/** Removes what processes that were killed have left behind, and nothing else. */
import { closeSync, constants, fstatSync, readFileSync } from "node:fs";
import { lstat, readdir, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { HostError } from "../evidence/index.ts";
import { openWithLock } from "./lock.ts";
import {
  dyingPattern,
  lockName,
  lockText,
  newbornPattern,
  removeSession,
  sessionParent,
  sessionPattern,
} from "./session.ts";

/** Milliseconds for which a directory that is being born is left alone. */
const newbornMs = 10_000;

/**
 * Removes the session directories of this user whose owner is dead. Whatever is not provably that
 * stays: another user's, a living owner's, a directory without our file in it, a symbolic link.
 * @param parent where to look; by default the host's directory for temporary files.
 * @returns the paths that were removed. What could not be removed waits for the next sweep.
 * @throws `HostError` if `parent` cannot be read, or if this host has no locks.
 */
export async function sweepSessions(parent: string = sessionParent()): Promise<string[]> {
  const swept: string[] = [];
  for (const name of await namesIn(parent)) {
    const path = join(parent, name);
    if (await sweepIfDead(name, path)) swept.push(path);
  }
  return swept;
}

async function sweepIfDead(name: string, path: string): Promise<boolean> {
  if (sessionPattern.test(name)) return await sweepSession(path);
  if (newbornPattern.test(name)) return await sweepNewborn(path);
  return dyingPattern.test(name) && (await sweepDying(path));
}

async function namesIn(parent: string): Promise<string[]> {
  try {
    return await readdir(parent);
  } catch (error) {
    const { message } = error as Error;
    throw new HostError(`cannot use ${parent} for temporary files: ${message}`, {
      cause: error,
      remedy: "set TMPDIR to a directory that you may read and write",
    });
  }
}

async function sweepSession(path: string): Promise<boolean> {
  return await underLock(path, async (lock) => {
    const isLock = fstatSync(lock).isFile() && readFileSync(lock, "utf8") === lockText;
    if (!isLock) return false;
    removeSession(path);
    return true;
  });
}

/** Its owner was killed within the few milliseconds of its birth: it holds a lock file at most. */
async function sweepNewborn(path: string): Promise<boolean> {
  const { mtimeMs } = (await lstat(path).catch(() => undefined)) ?? { mtimeMs: Date.now() };
  if (Date.now() - mtimeMs < newbornMs || !(await isOurDirectory(path))) return false;
  await underLock(path, async () => {
    await unlink(join(path, lockName));
    return true;
  });
  return await removeEmpty(path);
}

/** Its owner was killed while it removed the very last of it. */
async function sweepDying(path: string): Promise<boolean> {
  if (!(await isOurDirectory(path))) return false;
  await unlink(join(path, lockName)).catch(() => {});
  return await removeEmpty(path);
}

/** Fails where there is still something in it. */
async function removeEmpty(path: string): Promise<boolean> {
  return await rmdir(path).then(
    () => true,
    () => false,
  );
}

/** @returns `false` if the lock cannot be had, or `remove` fails or says so. */
async function underLock(
  path: string,
  remove: (lock: number) => Promise<boolean>,
): Promise<boolean> {
  if (!(await isOurDirectory(path))) return false;
  let lock: number | undefined;
  try {
    lock = await openWithLock(join(path, lockName), constants.O_RDWR);
    return lock !== undefined && (await remove(lock));
  } catch (error) {
    if (error instanceof HostError) throw error;
    // No such file: no session of ours, or its owner is removing it this moment.
    return false;
  } finally {
    if (lock !== undefined) closeSync(lock);
  }
}

async function isOurDirectory(path: string): Promise<boolean> {
  try {
    const status = await lstat(path);
    const isPrivate = (status.mode & 0o077) === 0;
    return status.isDirectory() && isPrivate && status.uid === process.getuid?.();
  } catch {
    return false;
  }
}
