/** Reports on disk. All of this is synchronous, so that it also works while a process exits. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { HostError } from "../evidence/index.ts";

/**
 * Writes a report, with the folders that lead to it. A reader sees the old file or the new one,
 * never a part: the text goes to a neighbouring file that is then renamed.
 *
 * @throws HostError if the file system refuses; no partial file is left then.
 */
export function writeReport(file: string, text: string): void {
  const partial = `${file}.${process.pid}.partial`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeInPlace(file, partial, text);
  } catch (cause) {
    throw refusal("write", file, cause);
  }
}

/**
 * Removes the report of an earlier run, so that a run which dies without a word cannot be taken
 * for that one. Afterwards the file does not exist.
 *
 * @throws HostError if the file system refuses.
 */
export function removeReport(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch (cause) {
    throw refusal("remove", file, cause);
  }
}

function writeInPlace(file: string, partial: string, text: string): void {
  try {
    writeFileSync(partial, text);
    renameSync(partial, file);
  } catch (first) {
    try {
      rmSync(partial, { force: true });
    } catch (second) {
      throw new AggregateError([first, second], first instanceof Error ? first.message : "");
    }
    throw first;
  }
}

function refusal(verb: string, file: string, cause: unknown): HostError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new HostError(
    `cannot ${verb} the report ${file}; choose a path in a folder that you may write to: ${reason}`,
    { cause },
  );
}
