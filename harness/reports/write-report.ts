/** Reports on disk. All of this is synchronous, so that it also works while a process exits. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { HostError } from "../evidence/index.ts";

/** Bytes at the beginning of a file that tell whether it is a report. */
const lookedAtBytes = 4096;
/** JUnit XML, whichever program has written it: declaration and comments, then its root. */
const reportBegin = /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[\s\S]*?-->\s*)*<testsuites?[\s/>]/;

/**
 * Writes a report, with the folders that lead to it. A reader sees the old file or the new one,
 * never a part: the text goes to a neighbouring file that is then renamed.
 *
 * @throws HostError if the file system refuses, or if what is there is somebody else's; no partial
 *   file is left then.
 */
export function writeReport(file: string, text: string): void {
  const partial = `${file}.${randomBytes(4).toString("hex")}.partial`;
  try {
    checkIsReport(file);
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
 * @throws HostError if the file system refuses, or if the file is somebody else's: it stays then.
 */
export function removeReport(file: string): void {
  try {
    checkIsReport(file);
    rmSync(file, { force: true });
  } catch (cause) {
    throw refusal("remove", file, cause);
  }
}

function writeInPlace(file: string, partial: string, text: string): void {
  try {
    writeFileSync(partial, text, { flag: "wx" });
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

/**
 * A mistyped path may be somebody's file. A report, whoever made it, is there to be renewed, and so
 * is what has the name of one and is no XML at all, such as half of one.
 */
function checkIsReport(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (found.isFile()) {
    const text = beginningOf(file);
    const isOtherXml = /^\uFEFF?\s*</.test(text);
    if (text === "" || reportBegin.test(text) || (/\.xml$/i.test(file) && !isOtherXml)) return;
  }
  throw new Error("what is there is no JUnit report, and stays as it is");
}

function beginningOf(file: string): string {
  const descriptor = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(lookedAtBytes);
    return bytes.toString("utf8", 0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}

function refusal(verb: string, file: string, cause: unknown): HostError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new HostError(
    `cannot ${verb} the report ${file}; choose a path in a folder that you may write to: ${reason}`,
    { cause },
  );
}
