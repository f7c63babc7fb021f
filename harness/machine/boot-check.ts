/** Whether the firmware of a PC finds something to start, where disks or a CD are all there is. */
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { SpecError } from "../evidence/index.ts";
import type { ChosenBoard } from "./choose-board.ts";
import { formatOf } from "./disk-format.ts";
import { examineImage } from "./examine-image.ts";
import { type DetectedImage, describeImage } from "./image-types.ts";
import type { MachineSpec } from "./spec.ts";

/**
 * Firmware that finds nothing waits for ever. Says nothing where more could be started than disks
 * and a CD, where the spec names firmware itself, and of images whose content is not seen from
 * outside. @throws `SpecError` on `disks[0]`, or on `cdrom`.
 */
export async function checkBootMedia(spec: MachineSpec, board: ChosenBoard): Promise<void> {
  const { cdrom, devices, directory, firmware, kernel, qemuArguments } = spec;
  const disks = spec.disks ?? [];
  const others = [kernel, directory, firmware, devices, qemuArguments];
  if (!board.facts.pc || others.some((one) => one !== undefined)) return;
  const files = disks.map((disk) => (typeof disk === "string" ? disk : (disk.file ?? null)));
  const media = [...files, ...(cdrom === undefined ? [] : [cdrom])];
  const complaints: string[] = [];
  for (const file of media) {
    const complaint = await complainAbout(file, file === cdrom && media.length > files.length);
    if (complaint === undefined) return;
    complaints.push(complaint);
  }
  const [first] = complaints;
  if (first === undefined) return;
  const advice =
    'give a disk with a boot sector, a kernel beside it, or firmware: "bios" to boot all the same';
  throw new SpecError(files.length > 0 ? "disks[0]" : "cdrom", `${first}; ${advice}`);
}

/** Why SeaBIOS does not start it; `undefined` where it may. `null` is an empty disk. */
async function complainAbout(file: string | null, isCd: boolean): Promise<string | undefined> {
  if (file === null) return "is empty, so that firmware has nothing to start";
  const path = resolve(file);
  const image = await examineImage(path).catch((error: unknown) => {
    // A file that is not there, or not whole, has an error of its own where it is used.
    if (error instanceof SpecError) return undefined;
    throw error;
  });
  if (image === undefined || startsByBios(image, isCd)) return undefined;
  if (image.kind === "unknown" && !(await isRaw(path))) return undefined;
  const what = isCd ? "boots by BIOS" : "has a boot sector";
  if (startsByUefi(image)) {
    return `${path} (${describeImage(image)}) is not started by BIOS, but by firmware: "uefi"`;
  }
  return `${path} (${describeImage(image)}) is no image that ${what}`;
}

/** Of an image in a format that QEMU opens, the content is not seen here. */
async function isRaw(path: string): Promise<boolean> {
  await using handle = await open(path, "r");
  return (await formatOf(handle, (await handle.stat()).size)) === "raw";
}

function startsByBios(image: DetectedImage, isCd: boolean): boolean {
  switch (image.kind) {
    case "iso9660":
      // As a disk, a hybrid image starts by the boot sector that lies before its file system.
      return !isCd || image.elTorito.bios;
    case "boot-sector":
      return !isCd && image.uefiOnly === undefined;
    case "elf":
    case "unknown":
    case "device-tree-blob":
      return false;
    default:
      return true;
  }
}

function startsByUefi(image: DetectedImage): boolean {
  if (image.kind === "iso9660") return image.elTorito.uefi;
  return image.kind === "boot-sector" && image.uefiOnly !== undefined;
}
