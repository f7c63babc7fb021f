/** The package as `npm publish` would send it, made from a copy of the repository. */
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type Desk, repository } from "./stranger.ts";

/** What `npm pack --json` tells. */
export interface PackedPackage {
  /** Absolute path of the `.tgz`. */
  readonly tarball: string;
  readonly sizeBytes: number;
  readonly unpackedBytes: number;
  /** Sorted, relative to the package's root. */
  readonly files: readonly string[];
  /** Content of a file of the package. */
  readonly read: (path: string) => string;
}

/** Folders that the build reads, and some that must not be in the package. */
const folders = ["docs", "fixtures", "harness", "kernels", "tools"];

/**
 * Packs in a copy: two runs at once would build into the same `dist/`, and `npm pack` must not
 * find what an earlier build has left there.
 */
export async function packPackage(desk: Desk): Promise<PackedPackage> {
  const copy = join(desk.root, "repository");
  mkdirSync(copy);
  for (const entry of readdirSync(repository, { withFileTypes: true })) {
    if (!entry.isFile() && !folders.includes(entry.name)) continue;
    cpSync(join(repository, entry.name), join(copy, entry.name), {
      recursive: true,
      filter: (source) => source !== join(repository, "kernels/build"),
    });
  }
  symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
  const destination = join(desk.root, "package");
  mkdirSync(destination);
  const printed = await desk.mustRun(
    ["npm", "pack", "--json", "--pack-destination", destination],
    copy,
  );
  // A list before npm 12, and since then an object by the names of packages.
  const [packed] = Object.values(JSON.parse(printed)) as [
    { filename: string; size: number; unpackedSize: number; files: { path: string }[] },
  ];
  const tarball = join(destination, packed.filename);
  await desk.mustRun(["tar", "-xzf", tarball], destination);
  return {
    tarball,
    sizeBytes: packed.size,
    unpackedBytes: packed.unpackedSize,
    files: packed.files.map(({ path }) => path).sort(),
    read: (path) => readFileSync(join(destination, "package", path), "utf8"),
  };
}
