/** A directory of this computer → a FAT disk with the same files: data, or what UEFI boots. */
import { access, constants, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SpecError } from "../../evidence/index.ts";
import { bootFileArchitectures } from "./efi-system-partition.ts";
import { makeFatDisk, roomFor } from "./fat-image.ts";

/** What a directory may hold. `docs/limits.md`. */
const entriesLimit = 10_000;
const directoryLimitBytes = 1024 * 1024 * 1024;
/** Directories inside each other; a symbolic link to a directory above would have no end. */
const depthLimit = 32;
/** UTF-16 units of a long name, and of a name's part that one entry of a directory holds. */
const longestName = 255;
const unitsPerEntry = 13;

/** All that decides whether a directory fits a disk, found by looking at every file. */
export interface SurveyedDirectory {
  /** Absolute path. */
  readonly path: string;
  /** Names in the directory itself. */
  readonly names: readonly string[];
  readonly sizeBytes: number;
  readonly rootEntries: number;
  /** Architectures whose UEFI boot file is in EFI/BOOT. */
  readonly bootable: readonly string[];
}

interface Tally {
  entries: number;
  sizeBytes: number;
}

/**
 * Looks at the directory and everything in it; symbolic links stand for what they lead to.
 * @throws `SpecError` on `directory` naming the file that cannot be read, is no file, or has a name
 *   that FAT cannot hold; or for more than 10,000 files or 1 GiB.
 */
export async function surveyDirectory(given: string): Promise<SurveyedDirectory> {
  const path = resolve(given);
  const tally: Tally = { entries: 0, sizeBytes: 0 };
  const names = await survey(path, tally, 1);
  const rootEntries = names.reduce((sum, name) => sum + entriesOf(name), 0);
  return { path, names, rootEntries, sizeBytes: tally.sizeBytes, bootable: await bootsOn(path) };
}

/** Makes the disk in `output`. @returns its path. @throws `HostError` without mtools. */
export async function makeDirectoryDisk(
  directory: SurveyedDirectory,
  output: string,
): Promise<string> {
  const image = join(output, "directory.img");
  const { path, names, rootEntries, sizeBytes } = directory;
  const sources = names.map((name) => join(path, name));
  await makeFatDisk({ sizeBytes, rootEntries, sources, directories: [], files: [] }, image);
  return image;
}

async function survey(path: string, tally: Tally, depth: number): Promise<string[]> {
  if (depth > depthLimit) throw refused(path, `is more than ${depthLimit} directories deep`);
  const names = await readdir(path).catch((error) => {
    throw refused(path, reasonOf(error), error);
  });
  checkNames(path, names);
  tally.entries += names.length;
  tally.sizeBytes += roomFor(names.reduce((sum, name) => sum + entriesOf(name) * 32, 64));
  if (tally.entries > entriesLimit) {
    throw refused(path, `brings the directory to more than ${entriesLimit} files`);
  }
  for (const name of names) {
    const file = join(path, name);
    const found = await stat(file).catch((error) => {
      throw refused(file, reasonOf(error), error);
    });
    if (found.isDirectory()) await survey(file, tally, depth + 1);
    else if (!found.isFile()) throw refused(file, "is neither a file nor a directory");
    else {
      tally.sizeBytes += roomFor(found.size);
      await access(file, constants.R_OK).catch((error) => {
        throw refused(file, reasonOf(error), error);
      });
    }
    if (tally.sizeBytes > directoryLimitBytes) {
      throw refused(file, `brings the directory to more than ${directoryLimitBytes} bytes`);
    }
  }
  return names;
}

/**
 * Names that Windows' FAT does not take (Microsoft, FAT specification 1.03, long names), or mtools:
 * those of DOS's devices, and characters above 16 bits, which it would change silently.
 */
const unfitNames = [
  /[\x00-\x1f"*/:<>?\\|]|[. ]$/,
  /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])$/i,
  /[\u{10000}-\u{10ffff}]/u,
];

function checkNames(path: string, names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    if (unfitNames.some((unfit) => unfit.test(name)) || name.length > longestName) {
      throw refused(join(path, name), "has a name that FAT cannot hold; rename it");
    }
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) {
      throw refused(join(path, name), `is the same name to FAT as ${other}; rename one of them`);
    }
    seen.set(name.toLowerCase(), name);
  }
}

/** Entries of 32 bytes: the short name, and the long one in pieces. */
function entriesOf(name: string): number {
  return 1 + Math.ceil(name.length / unitsPerEntry);
}

async function bootsOn(path: string): Promise<string[]> {
  const efi = await namedIgnoringCase(path, "EFI");
  const boot = efi && (await namedIgnoringCase(efi, "BOOT"));
  const names = boot === undefined ? [] : await readdir(boot).catch(() => []);
  return names.flatMap((name) => bootFileArchitectures.get(name.toUpperCase()) ?? []);
}

async function namedIgnoringCase(path: string, wanted: string): Promise<string | undefined> {
  const names = await readdir(path).catch(() => []);
  const name = names.find((one) => one.toUpperCase() === wanted);
  return name && join(path, name);
}

function refused(path: string, why: string, cause?: unknown): SpecError {
  return new SpecError("directory", `${path} ${why}`, { cause });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
      return "does not exist, or is a symbolic link to what does not";
    case "ENOTDIR":
      return "is not a directory; give a file in disks, or as kernel";
    case "EACCES":
    case "EPERM":
      return "may not be read; check its permissions";
    default:
      return `cannot be read: ${message}`;
  }
}
