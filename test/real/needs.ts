/** What a test needs of the archive: it is there, or the test is skipped with the reason. */
import { onTestFinished } from "vitest";
import { createPrivateDirectory } from "../../harness/process/index.ts";
import { ArchiveError } from "./archive-program.ts";

const fetched = new Map<string, Promise<unknown>>();

/**
 * @param skip the test's own; with BRINGUP_REQUIRE_REAL=1 the error fails the test instead.
 * @param key the same for the same files: they are fetched once.
 */
export async function needs<Files>(
  skip: (reason: string) => never,
  key: string,
  fetch: () => Promise<Files>,
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
    if (!(error instanceof ArchiveError) || isRequired) throw error;
    return skip(`not to be had here: ${error.message}`);
  }
}

/** A directory that is removed when the running test ends; if it is killed, by the next run. */
export async function scratchDirectory(): Promise<string> {
  const { path, remove } = await createPrivateDirectory("real");
  onTestFinished(remove);
  return path;
}
