/**
 * Where evidence lives: one git-ignored folder `.bringup`, in it one directory for each run, and
 * in that the images under test as they were when they booted, and a directory for each machine.
 */
import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, mkdir, open, rename, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { SpecError } from "../evidence/index.ts";
import { makeInFolder, unwritable } from "./evidence-folder.ts";

/** Times that a file may change while it is being copied. */
const copyAttempts = 3;
const hashedAtOnceBytes = 1024 * 1024;

/** An image as it was when it booted. */
export interface KeptImage {
  /** The copy that QEMU boots. */
  readonly path: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export class EvidenceStore {
  readonly root: string;
  readonly runDirectory: string;
  readonly #kept = new Map<string, Promise<KeptImage>>();

  /** @param root the `.bringup` folder. @param run name of the run, from `newRunName`. */
  constructor(root: string, run: string) {
    this.root = resolve(root);
    this.runDirectory = join(this.root, "runs", run);
  }

  /**
   * Makes the directory of one machine, and `.bringup` with its `.gitignore` if need be.
   * @throws `HostError` if it cannot be written.
   */
  machineDirectory(name: string): string {
    const directory = join(this.runDirectory, name);
    makeInFolder(this.root, directory);
    return directory;
  }

  /**
   * Copies an image, so that the build may write a new one meanwhile.
   * @throws `SpecError` on `kernel` if it cannot be read, or keeps changing; `HostError` if the
   *   copy cannot be written.
   */
  async keep(path: string): Promise<KeptImage> {
    const { size, mtimeNs, ino } = await readable(path, stat(path, { bigint: true }));
    const key = `${path}:${size}:${mtimeNs}:${ino}`;
    const known = this.#kept.get(key);
    if (known !== undefined && (await isThere((await known).path))) return await known;
    const kept = this.#copy(path);
    this.#kept.set(key, kept);
    kept.catch(() => this.#kept.delete(key));
    return await kept;
  }

  async #copy(path: string): Promise<KeptImage> {
    const directory = join(this.runDirectory, "images");
    const temporary = join(directory, `.${randomBytes(8).toString("hex")}`);
    try {
      await mkdir(directory, { recursive: true }).catch((error) => {
        throw unwritable(directory, error);
      });
      for (let attempt = 0; attempt < copyAttempts; attempt += 1) {
        const before = await readable(path, stat(path));
        await readable(path, copyFile(path, temporary, constants.COPYFILE_FICLONE));
        const sha256 = await hashOf(temporary);
        const after = await readable(path, stat(path));
        if (before.mtimeMs !== after.mtimeMs || before.size !== after.size) continue;
        const kept = join(directory, sha256.slice(0, 16), basename(path));
        await mkdir(dirname(kept), { recursive: true });
        // The copy carries the original's time, by which sources are judged newer or older.
        await utimes(temporary, after.atime, after.mtime);
        await rename(temporary, kept);
        return { path: kept, sha256 };
      }
    } finally {
      // Where nothing can be written there is nothing to remove, either.
      await rm(temporary, { force: true }).catch(() => {});
    }
    throw new SpecError("kernel", `${path} keeps changing; is a build still running?`);
  }
}

/** In pieces: an image may be a disk of many gigabytes. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await using file = await open(path, "r");
  const buffer = Buffer.allocUnsafe(hashedAtOnceBytes);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return hash.digest("hex");
    hash.update(buffer.subarray(0, bytesRead));
  }
}

async function readable<T>(path: string, act: Promise<T>): Promise<T> {
  try {
    return await act;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") throw unwritable("it", error);
    throw new SpecError("kernel", `${path} cannot be copied: ${message}`, { cause: error });
  }
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
