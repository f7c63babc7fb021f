/**
 * The session directory: one a process, mode 0700, held by a lock that dies with the process. What
 * SIGKILL leaves, a later start removes: it can take the lock. Process ids would not do, because
 * another container may share the directory and count its processes anew.
 */
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { BringupError, HostError } from "../evidence/index.ts";
import { openWithLock } from "./lock.ts";
import { ownDirectory } from "./owner.ts";

/** Name of a session's file that carries the lock. */
export const lockName = ".bringup-session";
/** What that file says, so that no directory of somebody else's can be taken for a session. */
export const lockText = "This directory is removed when no process holds a lock on this file.\n";
export const sessionPattern = /^bringup-[0-9A-Za-z]{6}$/;
/** A directory that is being born is not locked yet, and does not have its final name. */
export const newbornPattern = /^\.bringup-new-[0-9A-Za-z]{6}$/;

/** One that is nearly gone: it holds a lock file at most, and nobody needs it any more. */
export const dyingPattern = /^\.bringup-old-[0-9A-Za-z]{6}$/;

/** A sweep takes the lock of a newborn that seems forgotten, or removes it. */
const attempts = 3;

let session: Promise<string> | undefined;

let outer: string | undefined;

/**
 * Has this process's session made inside that of the process that has started it, which takes it
 * along when it ends: a worker of a test runner may be killed before it could do so itself.
 * @param directory what `sessionDirectory` said there. Where it is gone, it is as if not given.
 */
export function makeSessionInside(directory: string): void {
  outer = directory;
}

/** Where sessions are: the outer one, or the host's directory for temporary files, absolute. */
export function sessionParent(): string {
  return outer !== undefined && existsSync(outer) ? outer : resolve(tmpdir());
}

/**
 * This process's session directory, made now if there is none, or none any more.
 * @throws `HostError` if the temporary directory cannot be written or locked. A later call tries
 *   again.
 */
export async function sessionDirectory(): Promise<string> {
  session ??= createSession();
  const current = session;
  try {
    const path = await current;
    if (existsSync(path)) return path;
  } catch (error) {
    if (session === current) session = undefined;
    throw error;
  }
  // Somebody cleans up /tmp: what was in it is lost, but what comes now need not be.
  if (session === current) session = createSession();
  return await session;
}

async function createSession(): Promise<string> {
  const parent = sessionParent();
  try {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const path = await tryCreate(parent);
      if (path !== undefined) return path;
    }
    throw new Error("its name was taken away while it was being made");
  } catch (error) {
    if (error instanceof BringupError) throw error;
    const { message } = error as Error;
    throw new HostError(`cannot make a private directory in ${parent}: ${message}`, {
      cause: error,
      remedy: "set TMPDIR to a directory that you may write",
    });
  }
}

/** Whatever is made is owned before that, so that no signal can come between. */
async function tryCreate(parent: string): Promise<string | undefined> {
  let newborn = "";
  const disownNewborn = ownDirectory(() => removeNow(newborn));
  let lock: number | undefined;
  try {
    newborn = mkdtempSync(join(parent, ".bringup-new-"));
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
    lock = await openWithLock(join(newborn, lockName), flags);
    if (lock === undefined) return undefined;
    writeSync(lock, lockText);
    const path = join(parent, `bringup-${newborn.slice(-6)}`);
    renameSync(newborn, path);
    // The descriptor stays open, and with it the lock, until the directory is gone.
    ownDirectory(() => {
      removeSession(path);
      closeSync(lock as number);
    });
    return path;
  } catch (error) {
    if (lock !== undefined) closeSync(lock);
    if (newborn !== "" && !existsSync(newborn)) return undefined;
    removeNow(newborn);
    throw error;
  } finally {
    disownNewborn();
  }
}

/**
 * Removes a session, by its owner or under its lock. Whoever is killed on the way leaves it with
 * its lock file, or under the name of a dying one: either can be swept.
 */
export function removeSession(path: string): void {
  for (const name of readdirSync(path)) {
    if (name !== lockName) removeNow(join(path, name));
  }
  const dying = join(dirname(path), `.bringup-old-${path.slice(-6)}`);
  renameSync(path, dying);
  removeNow(dying);
}

/** A program that was just killed may be making its last file: then it is tried again. */
function removeNow(path: string): void {
  if (path === "") return;
  rmSync(path, { recursive: true, force: true, maxRetries: 8, retryDelay: 10 });
}
