/** One set-up at a time in one work tree. Node 20, no dependencies. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findCommand } from "./requirements.mjs";
import { SetupError } from "./setup-error.mjs";

const waitLimitSeconds = 45 * 60;
/** An exit status that the script itself never uses. */
const waitedTooLong = 75;

/**
 * Runs `words` while holding the lock, and returns its exit status. With `flock` the lock is on
 * package.json itself: the kernel gives it back however its holder ends, and waiting needs no
 * polling. Without it (macOS) a directory is the lock, and nobody waits.
 *
 * Throws a `SetupError` when another set-up holds the lock for too long.
 */
export function runLocked(root, path, words) {
  const flock = findCommand("flock", path);
  if (flock === undefined) return runWithDirectoryLock(root, words);
  const limits = ["-x", "-w", String(waitLimitSeconds), "-E", String(waitedTooLong)];
  const status = run(flock, [...limits, join(root, "package.json"), ...words]);
  if (status !== waitedTooLong) return status;
  throw new SetupError(
    `end the other set-up in this directory: it has run for ${waitLimitSeconds / 60} minutes`,
  );
}

function runWithDirectoryLock(root, words) {
  const lock = join(root, ".bringup", "setup.lock");
  mkdirSync(join(root, ".bringup"), { recursive: true });
  takeDirectory(lock);
  try {
    return run(words[0], words.slice(1));
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function takeDirectory(lock) {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, "owner"), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const owner = readOwner(lock);
    if (owner === undefined || isRunning(owner)) {
      throw new SetupError(
        `wait for the set-up that runs already (process ${owner ?? "unknown"}), then try again; ` +
          `if there is none, delete ${lock}`,
      );
    }
    removeStale(lock, owner);
  }
  throw new SetupError("wait for the set-up that runs already, then try again");
}

/** Removes a dead owner's lock, but never one that another set-up took in the meantime. */
function removeStale(lock, owner) {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (readOwner(aside) === owner) rmSync(aside, { recursive: true, force: true });
    else renameSync(aside, lock);
  } catch (error) {
    // Somebody else removed it first, which is as good.
    if (error.code !== "ENOENT") throw error;
  }
}

function readOwner(lock) {
  try {
    return Number(readFileSync(join(lock, "owner"), "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isRunning(processId) {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function run(file, words) {
  const result = spawnSync(file, words, { stdio: "inherit" });
  if (result.error !== undefined)
    throw new SetupError(`could not run ${file}`, { cause: result.error });
  return result.status ?? 1;
}
