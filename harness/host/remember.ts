/** Finds a thing out once: for this process in memory, for the next one in the cache directory. */
import type { Environment } from "../process/index.ts";
import { type CacheEntry, cacheDirectory, readCache, writeCache } from "./cache.ts";

const known = new Map<string, Promise<unknown>>();

/**
 * Finds the value in memory, then in the cache, then with `find`.
 * @param isKept whether the next process may believe the value too.
 */
export function remember<T>(
  entry: CacheEntry<T>,
  environment: Environment,
  find: () => Promise<T>,
  isKept: (value: T) => boolean = () => true,
): Promise<T> {
  const directory = cacheDirectory(environment);
  return rememberHere(`${directory}\0${entry.kind}\0${entry.key}`, async () => {
    const kept = readCache(directory, entry);
    if (kept !== undefined) return kept;
    const value = await find();
    if (isKept(value)) writeCache(directory, entry, value);
    return value;
  });
}

/** Finds the value in memory or with `find`, for this process only. */
export function rememberHere<T>(key: string, find: () => Promise<T>): Promise<T> {
  const earlier = known.get(key);
  if (earlier !== undefined) return earlier as Promise<T>;
  const promise = find();
  known.set(key, promise);
  // A failure is not remembered: the next call may come after the user has mended it.
  promise.catch(() => known.delete(key));
  return promise;
}

/** Forgets what this process knows, as a new process would start. For measurements and tests. */
export function forgetHost(): void {
  known.clear();
}
