/** What a test needs of the archive: it is there, or the test is skipped with the reason. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { AbsentError, ArchiveError } from "./archive.ts";

const fetched = new Map<string, Promise<unknown>>();

/**
 * @param skip the test's own; with BRINGUP_REQUIRE_REAL=1 the error fails the test instead.
 * @param key the same for the same files: they are fetched once.
 * @param isOptional whether an archive that lacks them is a skip in any case.
 */
export async function needs<Files>(
  skip: (reason: string) => never,
  key: string,
  fetch: () => Promise<Files>,
  isOptional = false,
): Promise<Files> {
  let files = fetched.get(key) as Promise<Files> | undefined;
  if (files === undefined) {
    files = fetch();
    fetched.set(key, files);
  }
  try {
    return await files;
  } catch (error) {
    const isRequired = process.env.BRINGUP_REQUIRE_REAL === "1";
    const isForgiven = isOptional && error instanceof AbsentError;
    if (!(error instanceof ArchiveError) || (isRequired && !isForgiven)) throw error;
    return skip(`not to be had here: ${error.message}`);
  }
}

/** A directory that is removed when the running test ends. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "bringup-real-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
