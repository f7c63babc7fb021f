/**
 * Another path of a directory, for what takes not every path: addresses of sockets have little room
 * (unix(7), `sun_path`), and some programs part their options at commas that nothing escapes.
 */
import { closeSync, constants, openSync, statSync } from "node:fs";
import { HostError } from "../evidence/index.ts";

/** Bytes of a socket's path: 108 with the zero that ends it, and 104 on BSD and macOS. */
const longestSocketBytes = process.platform === "linux" ? 107 : 103;
const plain = /^[\w./-]+$/;

/** A directory by a path that every program takes. */
export interface PlainPath {
  readonly path: string;
  /** The path may lead nowhere afterwards. Safe to call twice. */
  readonly close: () => void;
}

/**
 * The directory's own path if that is short and plain enough for a socket in it, and otherwise one
 * through a descriptor of this process (proc(5), `/proc/PID/fd`), which ends with the process.
 * Programs of the same user can follow it.
 * @param longestName bytes of the longest name that a socket in it gets.
 * @throws `HostError` where the path will not do and there is no other.
 */
export function openPlainPath(directory: string, longestName: number): PlainPath {
  const sizeBytes = Buffer.byteLength(directory) + 1 + longestName;
  if (plain.test(directory) && sizeBytes <= longestSocketBytes) {
    return { path: directory, close: () => {} };
  }
  const descriptor = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  const path = `/proc/${process.pid}/fd/${descriptor}`;
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  // Where /proc is another container's, or nobody's.
  const [here, there] = [directory, path].map((one) => statSync(one, { throwIfNoEntry: false }));
  if (here !== undefined && here.ino === there?.ino && here.dev === there.dev) {
    return { path, close };
  }
  close();
  throw new HostError(`the path of the temporary directory ${directory} is of no use for sockets`, {
    remedy: `set TMPDIR to a shorter path of letters, digits, "/", ".", "_" and "-"`,
  });
}
