/** Keeps a test from booting what a failed build has left behind. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { BuildError, type FailedBuild } from "../evidence/index.ts";
import type { MachineSpec } from "../machine/index.ts";
import { runProgram } from "../process/index.ts";

/** Fields of a spec, at any depth, that name files. */
const fileFields = new Set(
  "cdrom code deviceTree directory disks file firmware initrd kernel limine modules symbols".split(
    " ",
  ),
);

/**
 * @throws `BuildError` with the compiler's words for a file that a failed build was to make: the
 *   image of that build; or, where one build makes everything, any file of the project that is not
 *   in git and was not written since the build began.
 */
export async function checkBuilt(
  spec: MachineSpec,
  { failedBuilds, root }: { readonly failedBuilds: readonly FailedBuild[]; readonly root: string },
): Promise<void> {
  if (failedBuilds.length === 0) return;
  for (const path of filesOf(spec)) {
    const file = resolve(root, path);
    for (const build of failedBuilds) {
      if (await isToBeMade(file, build, root)) throw new BuildError(build, file);
    }
  }
}

function filesOf(value: unknown, isFile = false): string[] {
  if (typeof value === "string") return isFile ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((member) => filesOf(member, isFile));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => filesOf(member, fileFields.has(name)));
}

async function isToBeMade(
  file: string,
  { image, startedMs }: FailedBuild,
  root: string,
): Promise<boolean> {
  if (image !== null) return isIn(real(image), real(file));
  if (!isIn(real(file), real(root))) return false;
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() && found.mtimeMs >= startedMs) return false;
  return !(await isInGit(file));
}

/** Whether `file` is `directory` itself, or in it. */
function isIn(file: string, directory: string): boolean {
  const below = relative(directory, file);
  return !(below === ".." || below.startsWith("../") || isAbsolute(below));
}

/** Without symbolic links, as far as the path exists. */
function real(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : resolve(real(parent), relative(parent, path));
}

/** What is in git was not made by a build, and what git does not know may have been. */
async function isInGit(file: string): Promise<boolean> {
  const question = ["-C", dirname(file), "ls-files", "--error-unmatch", "--", file];
  return await runProgram("git", question).then(
    () => true,
    () => false,
  );
}
