/**
 * Facts that are dear to find out, kept in the user's cache directory. Nothing here may fail a
 * run: a cache that cannot be read, written or believed is the same as an empty one.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, userDirectory } from "../process/index.ts";

/** Raised whenever the shape or the meaning of anything kept changes. */
const cacheFormat = 1;

/** How every file of ours begins, as `writeCache` makes it. */
const beginningOfEntry = '{"format":';

/** One thing to keep: the file follows from `kind` and `subject`, its validity from `key`. */
export interface CacheEntry<T> {
  /** What it is: "qemu", "devices", "calibration". */
  readonly kind: string;
  /** What it is about. A new key for the same subject replaces the old one, so none pile up. */
  readonly subject: string;
  /** Everything that the value depends on. */
  readonly key: string;
  readonly isValue: (value: unknown) => value is T;
}

/**
 * `$XDG_CACHE_HOME/bringup`, else `~/.cache/bringup`, on macOS `~/Library/Caches/bringup`.
 * A relative `XDG_CACHE_HOME` is ignored, as the XDG Base Directory Specification asks.
 */
export function cacheDirectory(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const caches = platform === "darwin" ? join("Library", "Caches") : ".cache";
  return join(userDirectory("XDG_CACHE_HOME", caches, environment), "bringup");
}

/** @returns the value kept for exactly this key, or `undefined`. Never throws. */
export function readCache<T>(directory: string, entry: CacheEntry<T>): T | undefined {
  try {
    const kept: unknown = JSON.parse(readFileSync(fileOf(directory, entry), "utf8"));
    if (!isRecord(kept) || kept.format !== cacheFormat || kept.key !== entry.key) return undefined;
    return entry.isValue(kept.value) ? kept.value : undefined;
  } catch {
    // Absent, unreadable or torn: whoever asked finds out for himself.
    return undefined;
  }
}

/**
 * Keeps `value`. Whoever reads meanwhile sees the old file or the new one, never half of one.
 * @returns `false` if it could not be kept. Never throws.
 */
export function writeCache<T>(directory: string, entry: CacheEntry<T>, value: T): boolean {
  const file = fileOf(directory, entry);
  const temporary = `${file}.${randomUUID()}.new`;
  if (isStrangers(file)) return false;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(temporary, JSON.stringify({ format: cacheFormat, key: entry.key, value }), {
      mode: 0o600,
      flag: "wx",
    });
    renameSync(temporary, file);
    return true;
  } catch {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // The directory is not ours to write: then there is nothing of ours in it either.
    }
    return false;
  }
}

/** Whether a file is there that is no entry: it is not ours to replace. */
function isStrangers(file: string): boolean {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
  // A computer that lost its power may leave nothing of an entry, or only its beginning.
  return !beginningOfEntry.startsWith(text) && !/^\{"format":\d/.test(text);
}

/** `true` for objects that are neither `null` nor arrays. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * FNV-1a names the file: loading a cryptographic hash costs more than all the rest of a look-up,
 * and two subjects with one name would only replace each other, for the key tells them apart.
 */
function fileOf<T>(directory: string, entry: CacheEntry<T>): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(entry.subject)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return join(directory, `${entry.kind}-${hash.toString(16).padStart(8, "0")}.json`);
}
