/** What a machine boots from: the image under test, disks and CD, each where QEMU takes it. */
import { rm, stat, symlink } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { SpecError } from "../evidence/index.ts";
import type { ChosenBoard } from "./choose-board.ts";
import type { MachinePlan } from "./command-line.ts";
import { escapeComma } from "./disk-arguments.ts";
import { type PlannedDisk, planDisk } from "./disks.ts";
import { makeSystemPartition } from "./efi-system-partition.ts";
import type { KeptImage } from "./evidence-store.ts";
import { planFlatBinary } from "./flat-binary.ts";
import { convertToElf32 } from "./image-elf32.ts";
import type { DetectedImage } from "./image-types.ts";
import type { Disk, MachineSpec } from "./spec.ts";

/** The part of the plan that is made here. */
export type Loading = Pick<
  MachinePlan,
  "kernel" | "initrd" | "commandLine" | "flatBinary" | "media"
>;

/** The image under test, and the copy of it that is booted. */
export interface ImageUnderTest {
  readonly image: DetectedImage;
  readonly kept: KeptImage;
}

/**
 * Finds a place for everything. Images that have to be made for it are made in `directory`.
 * @throws `SpecError` for files that cannot be read, for what excludes each other, and for what
 *   only a kernel takes that QEMU loads itself; `HostError` where a tool is missing.
 */
export async function planLoading(
  spec: MachineSpec,
  tested: ImageUnderTest | undefined,
  board: ChosenBoard,
  directory: string,
): Promise<Loading> {
  const plan = (disk: string | Disk, field: string) =>
    planDisk(disk, { field, defaultBus: board.facts.diskBus, isPc: board.facts.pc, directory });
  const disks = await Promise.all(
    (spec.disks ?? []).map((disk, index) => plan(disk, `disks[${index}]`)),
  );
  const cdrom = spec.cdrom === undefined ? undefined : await existing("cdrom", spec.cdrom);
  const fromMedia = (media: Loading["media"]): Loading => {
    if (spec.commandLine !== undefined) throw notLoaded("commandLine", tested?.image);
    if (spec.initrd !== undefined) throw notLoaded("initrd", tested?.image);
    return { ...nothing, media };
  };
  const bootDisk = (disk: PlannedDisk) =>
    fromMedia({ disks: [disk, ...disks], cdrom, cdromFirst: false });
  if (tested === undefined) return fromMedia({ disks, cdrom, cdromFirst: false });
  const { image, kept } = tested;
  switch (image.kind) {
    case "boot-sector": {
      const bus = image.floppy ? "floppy" : board.facts.diskBus;
      return bootDisk(await plan({ file: kept.path, bus, format: "raw" }, "kernel"));
    }
    case "efi-application": {
      const file = await makeSystemPartition(kept.path, board.arch, directory);
      return bootDisk(await plan({ file, format: "raw" }, "kernel"));
    }
    case "iso9660":
      if (cdrom !== undefined) throw new SpecError("cdrom", "is taken: the kernel is an ISO image");
      return fromMedia({ disks, cdrom: kept.path, cdromFirst: true });
    case "unknown": {
      const media = { disks, cdrom, cdromFirst: false };
      // A Cortex-M finds its vector table where QEMU puts such a file by itself.
      const isVectorTable = board.facts.vectorTable && spec.loadAddress === undefined;
      if (isVectorTable) return { ...fromMedia(media), kernel: kept.path };
      return { ...fromMedia(media), flatBinary: planFlatBinary(spec, kept.path, board) };
    }
    default:
      return {
        ...nothing,
        kernel: await loadableKernel(image, kept, directory),
        initrd: await planInitrd(spec.initrd, image, directory),
        commandLine: spec.commandLine,
        media: { disks, cdrom, cdromFirst: false },
      };
  }
}

const nothing = {
  kernel: undefined,
  initrd: undefined,
  commandLine: undefined,
  flatBinary: undefined,
} as const;

function notLoaded(field: "commandLine" | "initrd", image: DetectedImage | undefined): SpecError {
  const what = image === undefined ? "there is no kernel" : `the kernel is a ${image.kind}`;
  return new SpecError(
    field,
    `goes to a kernel that QEMU itself loads (ELF, Linux), but here ${what}; leave it out`,
  );
}

async function planInitrd(
  given: string | undefined,
  image: DetectedImage,
  directory: string,
): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const path = await existing("initrd", given);
  const isMultiboot =
    image.kind === "multiboot-binary" ||
    (image.kind === "elf" && image.bootable?.startsWith("multiboot") === true);
  return isMultiboot ? await asModule(path, directory) : path;
}

/**
 * QEMU's Multiboot loader takes `-initrd` for a list of modules: a comma parts them unless it is
 * doubled, and a space ends a file's name and begins its arguments (hw/i386/multiboot.c).
 */
async function asModule(path: string, directory: string): Promise<string> {
  if (!path.includes(" ")) return escapeComma(path);
  const link = join(directory, basename(path).replaceAll(" ", "-"));
  if (link.includes(" ")) {
    throw new SpecError(
      "initrd",
      `${path} has a space, where QEMU's Multiboot loader ends the file's name; ` +
        "move it, or set BRINGUP_EVIDENCE to a directory without spaces",
    );
  }
  await rm(link, { force: true });
  await symlink(path, link);
  return escapeComma(link);
}

/** QEMU's Multiboot loader takes 32-bit containers only; the code inside may well be 64-bit. */
async function loadableKernel(
  image: DetectedImage,
  kept: KeptImage,
  directory: string,
): Promise<string> {
  if (image.kind !== "elf" || image.bootable !== "multiboot-as-elf32") return kept.path;
  const converted = join(directory, `${basename(image.path)}.elf32`);
  await convertToElf32(kept.path, converted);
  return converted;
}

/** The absolute path of a file that the spec names. @throws `SpecError` if it is none. */
export async function existing(field: string, path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    if ((await stat(absolute)).isFile()) return absolute;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
    throw new SpecError(field, `${absolute} ${why}`, { cause: error });
  }
  throw new SpecError(field, `${absolute} is not a regular file`);
}
