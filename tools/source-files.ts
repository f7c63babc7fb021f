/** The repository's own files as text, and what a check found in them. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** A file of the repository. `path` is relative to its root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One rule broken in one line of a file that the caller knows. `line` counts from 1. */
export interface Finding {
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** The same with its file. */
export interface Violation extends Finding {
  readonly path: string;
}

const listLimitMs = 30_000;
const listLimitBytes = 16 * 1024 * 1024;
const textExtensions =
  /(?:\.(?:[cm]?[jt]s|json|c|h|S|s|ld|md|ya?ml|txt|toml|sh)|\/run|Makefile|\.npmrc)$/;

/**
 * Reads every text file below `root` that git tracks or would track, in the order of their paths.
 * A file that git still lists but that is gone from the disk is left out.
 */
export async function readSourceFiles(root: string): Promise<SourceFile[]> {
  const listing = await promisify(execFile)(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { cwd: root, timeout: listLimitMs, maxBuffer: listLimitBytes },
  );
  const paths = [...new Set(listing.stdout.split("\0"))].filter((path) =>
    textExtensions.test(path),
  );
  const files = await Promise.all(paths.sort().map((path) => readIfPresent(root, path)));
  return files.filter((file) => file !== undefined);
}

async function readIfPresent(root: string, path: string): Promise<SourceFile | undefined> {
  try {
    return { path, text: await readFile(join(root, path), "utf8") };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** "path:line  rule  message", one a line, in the order of the files. */
export function formatViolations(violations: readonly Violation[]): string {
  return violations
    .map(({ path, line, rule, message }) => `${path}:${line}  ${rule}  ${message}`)
    .join("\n");
}
