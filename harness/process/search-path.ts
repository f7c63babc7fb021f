/** Programs on PATH. The only search for them. Runs nothing. */
import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** The absolute path of a program on `searchPath`, or `undefined`. */
export function findOnPath(name: string, searchPath: string | undefined): string | undefined {
  return directoriesOf(searchPath)
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

/** The program's file, or `undefined`. A name with a slash is taken as it is, others by PATH. */
export function findProgram(name: string, searchPath: string | undefined): string | undefined {
  if (!name.includes("/")) return findOnPath(name, searchPath);
  return isExecutable(name) ? name : undefined;
}

/** Every program on `searchPath` whose name matches, in its order. */
export function listOnPath(pattern: RegExp, searchPath: string | undefined): string[] {
  return directoriesOf(searchPath).flatMap((directory) =>
    namesIn(directory)
      .filter((name) => pattern.test(name))
      .map((name) => join(directory, name))
      .filter(isExecutable),
  );
}

/** `true` for a regular file that this user may execute. */
export function isExecutable(path: string): boolean {
  try {
    // Most places of a PATH lack the file, and an exception for each would take its time.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The directories of a `PATH`-like list, in order. */
function directoriesOf(searchPath: string | undefined): string[] {
  // An empty or relative entry means the working directory: a kernel's build tree, not a place
  // to take programs from.
  return (searchPath ?? "").split(delimiter).filter((directory) => isAbsolute(directory));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // One that is missing or may not be read has no programs for this user.
    return [];
  }
}
