/** What a machine boots from: the image under test, disks and CD, each where QEMU takes it. */
import { basename, join } from "node:path";
import { SpecError } from "../evidence/index.ts";
import type { KeptImage } from "../store/index.ts";
import { bootLoaderOf, makeLoaderIso } from "./boot-media/boot-loader.ts";
import { makeDirectoryDisk, type SurveyedDirectory } from "./boot-media/directory-disk.ts";
import { makeSystemPartition } from "./boot-media/efi-system-partition.ts";
import { existing } from "./boot-media/existing.ts";
import { isMultiboot1, multiboot1Modules, planModules } from "./boot-media/modules.ts";
import { findUefiShell } from "./boot-media/uefi-shell.ts";
import type { ChosenBoard } from "./choose-board.ts";
import type { MachinePlan } from "./command-line.ts";
import { type PlannedDisk, planDisk } from "./disks.ts";
import { parseAddress, planFlatBinary } from "./flat-binary.ts";
import { convertToFlat, flatStartOf } from "./flat-elf.ts";
import { convertToElf32 } from "./image-elf32.ts";
import { type DetectedImage, describeImage } from "./image-types.ts";
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

/** Plans one disk, of the spec or made for it. */
type DiskPlanner = (disk: string | Disk, field: string) => Promise<PlannedDisk>;

/**
 * Finds a place for everything. Images that have to be made for it are made in `directory`.
 * @throws `SpecError` for files that cannot be read, for what excludes each other, and for what
 *   only a kernel takes that QEMU or a boot loader loads; `HostError` where a tool is missing.
 */
export async function planLoading(spec: MachineSpec, parts: LoadingParts): Promise<Loading> {
  const { board, directory, tested } = parts;
  const { diskBus: defaultBus, pc: isPc } = board.facts;
  const plan: DiskPlanner = (disk, field) => planDisk(disk, { field, defaultBus, isPc, directory });
  const media = await planGivenMedia(spec, parts, plan);
  if (tested === undefined) return fromMedia(spec, undefined, media);
  const { image, kept } = tested;
  const bootLoader = bootLoaderOf(spec.bootLoader, image);
  if (media.cdrom !== undefined && (image.kind === "iso9660" || bootLoader !== undefined)) {
    throw new SpecError("cdrom", "is taken: the kernel is started from a CD; give a disk instead");
  }
  if (bootLoader === undefined) return await planImage(spec, parts, tested, media, plan);
  const medium = { spec, image, kernel: kept.path, board, directory };
  const cdrom = await makeLoaderIso(bootLoader, medium);
  return { ...nothing, media: { ...media, cdrom, cdromFirst: true } };
}

/** The disks and the CD of the spec, and its directory as a disk. */
async function planGivenMedia(
  spec: MachineSpec,
  { directory, surveyed, tested }: LoadingParts,
  plan: DiskPlanner,
): Promise<Loading["media"]> {
  const given = await Promise.all(
    (spec.disks ?? []).map((disk, index) => plan(disk, `disks[${index}]`)),
  );
  const made: PlannedDisk[] = [];
  if (surveyed !== undefined && tested?.image.kind !== "efi-application") {
    const file = await makeDirectoryDisk(surveyed, directory);
    made.push(await plan({ file, format: "raw" }, "directory"));
  }
  // Without a kernel the directory is what firmware boots from.
  const disks = tested === undefined ? [...made, ...given] : [...given, ...made];
  const cdrom = spec.cdrom === undefined ? undefined : await existing("cdrom", spec.cdrom);
  return { disks, cdrom, cdromFirst: false };
}

/** An image that firmware finds, or QEMU loads. */
async function planImage(
  spec: MachineSpec,
  { board, directory, surveyed }: LoadingParts,
  { image, kept }: ImageUnderTest,
  media: Loading["media"],
  plan: DiskPlanner,
): Promise<Loading> {
  const withDisk = (disk: PlannedDisk) => ({ ...media, disks: [disk, ...media.disks] });
  switch (image.kind) {
    case "boot-sector": {
      // UEFI firmware has no driver for floppy drives.
      const isFloppy = image.floppy && board.firmware !== "uefi";
      const bus = isFloppy ? ({ bus: "floppy" } as const) : {};
      const disk = await plan({ file: kept.path, ...bus, format: "raw" }, "kernel");
      return fromMedia(spec, image, withDisk(disk));
    }
    case "efi-application": {
      const { commandLine, ...rest } = spec;
      const { arch } = board;
      const shell = findUefiShell(arch);
      const request = { application: kept.path, arch, directory, surveyed, commandLine, shell };
      const file = await makeSystemPartition(request);
      return fromMedia(rest, image, withDisk(await plan({ file, format: "raw" }, "kernel")));
    }
    case "iso9660":
      return fromMedia(spec, image, { ...media, cdrom: kept.path, cdromFirst: true });
    default: {
      const address = parseAddress(spec.loadAddress);
      // What has a convention goes by it: it says more than where the bytes are.
      if (address !== undefined && address !== board.facts.flatAt) {
        const loading = fromMedia(spec, image, media);
        return { ...loading, flatBinary: planFlatBinary(address, kept.path, board) };
      }
      return {
        ...nothing,
        kernel: await loadableKernel(image, kept, board, directory),
        initrd: await planInitrd(spec, image, board, directory),
        commandLine: spec.commandLine,
        media,
      };
    }
  }
}

/** @throws `SpecError` for what nothing would hand to a program that firmware starts. */
function fromMedia(
  spec: MachineSpec,
  image: DetectedImage | undefined,
  media: Loading["media"],
): Loading {
  for (const field of ["commandLine", "initrd", "modules", "bootLoader"] as const) {
    if (spec[field] !== undefined) throw notLoaded(field, image);
  }
  return { ...nothing, media };
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
  const what = image === undefined ? "there is none" : `this one is not: ${describeImage(image)}`;
  return new SpecError(
    field,
    `goes to a kernel that QEMU or a boot loader loads, and ${what}; leave it out`,
  );
}

async function planInitrd(
  spec: MachineSpec,
  image: DetectedImage,
  { facts, machineType }: ChosenBoard,
  directory: string,
): Promise<string | undefined> {
  if (spec.initrd !== undefined && facts.vectorTable === true) {
    throw new SpecError("initrd", `is not possible: ${machineType} hands none over; leave it out`);
  }
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
  board: ChosenBoard,
  directory: string,
): Promise<string> {
  const flatStart = flatStartOf(image, board);
  if (flatStart !== undefined) {
    const flat = join(directory, `${basename(image.path)}.img`);
    await convertToFlat(kept.path, flatStart, flat);
    return flat;
  }
  if (image.kind !== "elf" || image.bootable !== "multiboot-as-elf32") return kept.path;
  const converted = join(directory, `${basename(image.path)}.elf32`);
  await convertToElf32(kept.path, converted);
  return converted;
}
