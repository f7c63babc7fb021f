/** Directories and scripts for the tests of this room. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";

const directories: string[] = [];

/** A directory that is removed after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "host-test-"));
  directories.push(directory);
  return directory;
}

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

/** Writes a file with its folders. */
export function writeTree(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** An executable shell script. */
export function writeScript(path: string, body: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** This process's environment with a cache directory of its own. */
export function privateEnvironment(
  cache: string,
  more: Readonly<Record<string, string | undefined>> = {},
): Record<string, string | undefined> {
  const { BRINGUP_QEMU: _, BRINGUP_ACCELERATOR: __, ...inherited } = process.env;
  return { ...inherited, XDG_CACHE_HOME: cache, ...more };
}
