/** apt, dpkg and others: what they print, or an error in words for a report. */
import { execa } from "execa";

/** Why a package cannot be had here, in words for a report. */
export class ArchiveError extends Error {
  override name = "ArchiveError";
}

/** The archive is there, and has no such package. */
export class AbsentError extends ArchiveError {}

/** Milliseconds for one package, some 110 MB on a slow line, and for waiting for others' lists. */
const limitMs = 600_000;

/**
 * @param name what the words are for, where the file only starts it.
 * @returns what it printed.
 * @throws `ArchiveError` where it is not installed, fails, or takes longer than ten minutes.
 */
export async function run(
  file: string,
  words: readonly string[],
  cwd?: string,
  name = file,
): Promise<string> {
  const options = { timeout: limitMs, reject: false, all: true, ...(cwd && { cwd }) } as const;
  const result = await execa(file, words, options);
  if (result.exitCode === 0) return result.stdout;
  if (result.code === "ENOENT") throw new ArchiveError(`${file} is not installed`);
  const why = result.timedOut ? `not done in ${limitMs} ms` : lastLines(result.all);
  throw new ArchiveError(`${name} ${words.at(-1)}: ${why}`);
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-2).join("; ") || "it ended without a word";
}
