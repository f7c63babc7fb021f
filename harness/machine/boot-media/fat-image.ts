/** Disks with a FAT file system and nothing else on them, by mtools. */
import { open } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { runProgram } from "../../process/index.ts";
import { findTool } from "./image-tools.ts";

/** Milliseconds for each program; a disk may have a gigabyte. `docs/limits.md`. */
const fatLimitMs = 60_000;
const mebibyte = 1024 ** 2;
/** Room for the file system's own tables, and the least that is FAT16 rather than FAT12. */
const overheadBytes = 8 * mebibyte;
const leastBytes = 16 * mebibyte;
/** From here on FAT16 would need clusters that some drivers do not know. */
const leastFat32Bytes = 512 * mebibyte;
/** Entries of 32 bytes in one sector of FAT16's root directory, which has a fixed size. */
const entriesPerSector = 16;
const usualRootSectors = 32;

export interface FatContent {
  /** Bytes that the files and directories take, each as a whole number of clusters. */
  readonly sizeBytes: number;
  /** Entries that the root directory must have room for. */
  readonly rootEntries: number;
  /** Directories to make first, parents before their children. */
  readonly directories: readonly string[];
  /** Files and whole directories of this computer to copy into the root. */
  readonly sources: readonly string[];
  /** Files to copy under names of their own, in place of what has them. */
  readonly files: readonly { readonly file: string; readonly path: string }[];
}

/** The largest size that a file takes on such a disk, for `sizeBytes`. */
export function roomFor(sizeBytes: number): number {
  const clusterBytes = 32 * 1024;
  return Math.ceil(sizeBytes / clusterBytes) * clusterBytes;
}

/**
 * Makes the disk at `image`; the whole of it is the file system, without a partition table.
 * @throws `HostError` without mtools, or with its words.
 */
export async function makeFatDisk(content: FatContent, image: string): Promise<void> {
  const mformat = findTool({
    names: ["mformat"],
    requirements: ["mtools"],
    purpose: "it makes FAT file systems",
  });
  const sizeBytes = Math.max(leastBytes, roomFor(content.sizeBytes + overheadBytes));
  await using file = await open(image, "w");
  await file.truncate(sizeBytes);
  const rootSectors = Math.max(usualRootSectors, Math.ceil(content.rootEntries / entriesPerSector));
  const kind = sizeBytes >= leastFat32Bytes ? ["-F"] : ["-r", `${rootSectors}`];
  const run = (program: string, words: readonly string[]) => runMtool(program, image, words);
  await run(mformat, [...kind, "::"]);
  const { directories, files, sources } = content;
  if (directories.length > 0) {
    await run(
      "mmd",
      directories.map((path) => `::/${path}`),
    );
  }
  // Overwriting a directory that is there already adds to it.
  if (sources.length > 0) await run("mcopy", ["-s", "-o", ...sources, "::/"]);
  for (const { file: source, path } of files) {
    await run("mcopy", ["-o", source, `::/${path}`]);
  }
}

/**
 * mtools takes names for the characters of the locale, and ours are always UTF-8. After "@@" in an
 * image's path it expects an offset (mtools(1), "-i"), and so the image is named where it lies.
 */
async function runMtool(program: string, image: string, words: readonly string[]): Promise<void> {
  await runProgram(program, ["-i", basename(image), ...words], {
    limitMs: fatLimitMs,
    environment: { LC_ALL: "C.UTF-8" },
    directory: dirname(image),
  });
}
