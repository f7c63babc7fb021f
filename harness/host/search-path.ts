/** Programs on PATH. Runs nothing. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The absolute path of a program on `searchPath`, or `undefined`. */
export function findOnPath(name: string, searchPath: string | undefined): string | undefined {
  return directoriesOf(searchPath)
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

/** `true` for a regular file that this user may execute. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The directories of a `PATH`-like list, in order. */
export function directoriesOf(searchPath: string | undefined): string[] {
  // An empty or relative entry means the working directory: a kernel's build tree, not a place
  // to take emulators from.
  return (searchPath ?? "").split(delimiter).filter((directory) => directory.startsWith("/"));
}
