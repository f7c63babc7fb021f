/** Disks of the spec → disks with nothing left to decide. */
import { copyFile, open, truncate } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { SpecError } from "../evidence/index.ts";
import type { Disk, DiskBus } from "./spec.ts";

/** A disk with nothing left to decide. */
export interface PlannedDisk {
  readonly file: string;
  readonly bus: DiskBus;
  readonly format: string;
  readonly readOnly: boolean;
  readonly persist: boolean;
}

/** Where a disk goes. */
export interface DiskPlace {
  /** Field of the spec, for messages: "disks[0]". */
  readonly field: string;
  /** The bus of a disk that names none. */
  readonly defaultBus: DiskBus;
  /** Whether PC firmware is to boot from it. */
  readonly isPc: boolean;
  /** Takes the copies of images that cannot be used as they are. */
  readonly directory: string;
}

/** First bytes of the formats that QEMU takes; everything else is raw (QEMU, block drivers). */
const magics: readonly (readonly [string, string])[] = [
  ["QFI\xfb", "qcow2"],
  ["KDMV", "vmdk"],
  ["vhdxfile", "vhdx"],
  ["conectix", "vpc"],
];

/** Buses whose devices QEMU refuses to make read-only. */
const alwaysWritable: readonly DiskBus[] = ["ide", "ahci", "sd"];

/**
 * SeaBIOS finds no disk that is smaller than one cylinder of 16 heads and 63 sectors, except on
 * IDE; and an SD card has to have a power of two. This is the least that is both.
 */
const leastPcDiskBytes = 512 * 1024;

/**
 * Completes a disk of the spec. A raw image that is too small for PC firmware is copied and filled
 * up with zeros, unless the guest is to write to the image itself.
 * @throws `SpecError` naming the field if the file is no image, or if the options exclude each
 *   other.
 */
export async function planDisk(disk: string | Disk, place: DiskPlace): Promise<PlannedDisk> {
  const given: Disk = typeof disk === "string" ? { file: disk } : disk;
  const { persist = false, readOnly = false } = given;
  const bus = given.bus ?? place.defaultBus;
  checkOptions(bus, readOnly, persist, place.field);
  const image = resolve(given.file);
  const found = await lookAt(image, place.field);
  const format = given.format ?? found.format;
  const isTooSmall = found.sizeBytes < leastPcDiskBytes && format === "raw" && place.isPc;
  const isPadded = isTooSmall && !persist && bus !== "floppy" && bus !== "ide";
  const file = isPadded ? await padded(image, place.directory) : image;
  return { file, bus, format, readOnly, persist };
}

function checkOptions(bus: DiskBus, readOnly: boolean, persist: boolean, field: string): void {
  if (readOnly && persist) {
    const advice = "leave one of the two out: a read-only disk is never written to";
    throw new SpecError(`${field}.persist`, `is true, and so is readOnly; ${advice}`);
  }
  if (readOnly && alwaysWritable.includes(bus)) {
    throw new SpecError(
      `${field}.readOnly`,
      `is true, but QEMU has no read-only disks on the bus ${bus}; take virtio, scsi, nvme or ` +
        "usb, or leave readOnly out: what the guest writes is thrown away in any case",
    );
  }
}

async function lookAt(path: string, field: string): Promise<{ format: string; sizeBytes: number }> {
  const head = Buffer.alloc(16);
  try {
    await using handle = await open(path, "r");
    const information = await handle.stat();
    if (!information.isFile()) throw new Error("it is not a regular file");
    await handle.read(head, 0, head.length, 0);
    const start = head.toString("latin1");
    const format = magics.find(([magic]) => start.startsWith(magic))?.[1] ?? "raw";
    return { format, sizeBytes: information.size };
  } catch (error) {
    throw new SpecError(field, `${path} cannot be read as a disk: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function padded(image: string, directory: string): Promise<string> {
  const copy = join(directory, `padded-${basename(image)}`);
  await copyFile(image, copy);
  await truncate(copy, leastPcDiskBytes);
  return copy;
}
