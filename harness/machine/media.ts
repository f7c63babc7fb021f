/** What a machine boots from: the image under test, disks and CD, each where QEMU takes it. */
import { basename, join } from "node:path";
import { SpecError } from "../evidence/index.ts";
import { bootLoaderOf, makeLoaderIso } from "./boot-media/boot-loader.ts";
import { makeDirectoryDisk, type SurveyedDirectory } from "./boot-media/directory-disk.ts";
import { makeSystemPartition } from "./boot-media/efi-system-partition.ts";
import { existing } from "./boot-media/existing.ts";
import { isMultiboot1, multiboot1Modules, planModules } from "./boot-media/modules.ts";
import type { ChosenBoard } from "./choose-board.ts";
import type { MachinePlan } from "./command-line.ts";
import { type PlannedDisk, planDisk } from "./disks.ts";
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

/** What of the spec's files has been looked at already, and where new ones go. */
export interface LoadingParts {
  readonly tested: ImageUnderTest | undefined;
  readonly surveyed: SurveyedDirectory | undefined;
  readonly board: ChosenBoard;
  readonly directory: string;
}

/**
 * Finds a place for everything. Images that have to be made for it are made in `directory`.
 * @throws `SpecError` for files that cannot be read, for what excludes each other, and for what
 *   only a kernel takes that QEMU or a boot loader loads; `HostError` where a tool is missing.
 */
export async function planLoading(spec: MachineSpec, parts: LoadingParts): Promise<Loading> {
  const { board, directory, surveyed, tested } = parts;
  const plan = (disk: string | Disk, field: string) =>
    planDisk(disk, {
      field,
      defaultBus: board.facts.diskBus,
      isPc: board.facts.pc,
      directory,
    });
  const given = await Promise.all(
    (spec.disks ?? []).map((disk, index) => plan(disk, `disks[${index}]`)),
  );
  const planMade = (file: string, field: string) => plan({ file, format: "raw" }, field);
  const isApplication = tested?.image.kind === "efi-application";
  const ofDirectory =
    surveyed === undefined || isApplication
      ? []
      : [await planMade(await makeDirectoryDisk(surveyed, directory), "directory")];
  // Without a kernel the directory is what firmware boots from.
  const disks = tested === undefined ? [...ofDirectory, ...given] : [...given, ...ofDirectory];
  const cdrom = spec.cdrom === undefined ? undefined : await existing("cdrom", spec.cdrom);
  const fromMedia = (media: Loading["media"], unused = spec): Loading => {
    for (const field of ["commandLine", "initrd", "modules", "bootLoader"] as const) {
      if (unused[field] !== undefined) throw notLoaded(field, tested?.image);
    }
    return { ...nothing, media };
  };
  const bootDisk = (disk: PlannedDisk, unused = spec) =>
    fromMedia({ disks: [disk, ...disks], cdrom, cdromFirst: false }, unused);
  if (tested === undefined) return fromMedia({ disks, cdrom, cdromFirst: false });
  const { image, kept } = tested;
  const bootLoader = bootLoaderOf(spec.bootLoader, image);
  if (cdrom !== undefined && (image.kind === "iso9660" || bootLoader !== undefined)) {
    throw new SpecError("cdrom", "is taken: the kernel is started from a CD; give a disk instead");
  }
  if (bootLoader !== undefined) {
    const medium = { spec, image, kernel: kept.path, board, directory };
    const media = { disks, cdrom: await makeLoaderIso(bootLoader, medium), cdromFirst: true };
    return { ...nothing, media };
  }
  switch (image.kind) {
    case "boot-sector": {
      const bus = image.floppy ? "floppy" : board.facts.diskBus;
      return bootDisk(await plan({ file: kept.path, bus, format: "raw" }, "kernel"));
    }
    case "efi-application": {
      const { commandLine, ...rest } = spec;
      const { arch } = board;
      const request = { application: kept.path, arch, directory, surveyed, commandLine };
      return bootDisk(await planMade(await makeSystemPartition(request), "kernel"), rest);
    }
    case "iso9660":
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
        initrd: await planInitrd(spec, image, directory),
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

function notLoaded(
  field: "commandLine" | "initrd" | "modules" | "bootLoader",
  image: DetectedImage | undefined,
): SpecError {
  const what = image === undefined ? "there is no kernel" : `the kernel is a ${image.kind}`;
  return new SpecError(
    field,
    `goes to a kernel that QEMU or a boot loader loads, but here ${what}; leave it out`,
  );
}

async function planInitrd(
  spec: MachineSpec,
  image: DetectedImage,
  directory: string,
): Promise<string | undefined> {
  if (isMultiboot1(image)) return await multiboot1Modules(await planModules(spec), directory);
  if (spec.modules !== undefined) {
    throw new SpecError(
      "modules",
      "go to a kernel started by Multiboot or by Limine, which this one is not; leave it out, or " +
        "give one file as initrd",
    );
  }
  return spec.initrd === undefined ? undefined : await existing("initrd", spec.initrd);
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
