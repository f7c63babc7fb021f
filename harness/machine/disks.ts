/** Disks of the spec → disks with nothing left to decide. */
import { open, truncate, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { SpecError } from "../evidence/index.ts";
import type { GraphDisk } from "./block-graph.ts";
import { formatOf, isToldFormat } from "./disk-format.ts";
import { checkErrorSectors, checkErrors, checkLimits } from "./disk-options.ts";
import { sectorBytesOf } from "./image-uefi.ts";
import type { Disk, DiskBus } from "./spec.ts";
import { memoryBytes } from "./spec-check.ts";
import { copyToChange } from "./writable-copy.ts";

/** A disk with nothing left to decide. */
export interface PlannedDisk extends GraphDisk {
  readonly bus: DiskBus;
  readonly serialNumber?: string | undefined;
  /** Bytes of its sectors, where these are not 512. */
  readonly sectorBytes?: number;
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

/** Of the newer disks, which tables of partitions go by. */
const largeSectorBytes = 4096;
/** Buses whose disks have sectors of 512 bytes. */
const smallSectors: readonly DiskBus[] = ["ide", "ahci", "floppy", "sd"];

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
  checkExtras(given, given.bus ?? place.defaultBus, place.field);
  const image = given.file === undefined ? await empty(given, place) : resolve(given.file);
  const found = await lookAt(image, typeof disk === "string" ? place.field : `${place.field}.file`);
  const isLarge = found.sectorBytes === largeSectorBytes;
  // Disks on IDE have sectors of 512 bytes (QEMU, hw/ide/qdev.c).
  const fitting = isLarge && smallSectors.includes(place.defaultBus) ? "virtio" : place.defaultBus;
  const bus = given.bus ?? fitting;
  checkOptions(bus, readOnly, persist, place.field);
  const format = given.format ?? found.format;
  checkFormat(given.format, found.format, image, place.field);
  const isTooSmall = found.sizeBytes < leastPcDiskBytes && format === "raw" && place.isPc;
  const isPadded = isTooSmall && !persist && bus !== "floppy" && bus !== "ide";
  const file = isPadded ? await padded(image, place.directory) : image;
  const { errors, limits, serialNumber } = given;
  if (format === "raw") {
    const sizeBytes = isPadded ? leastPcDiskBytes : found.sizeBytes;
    checkErrorSectors(errors, sizeBytes, `${place.field}.errors`);
  }
  const readsOfQemu = bus === "nvme" ? 0 : 1;
  const planned = {
    file,
    bus,
    format,
    readOnly,
    persist,
    errors,
    limits,
    serialNumber,
    readsOfQemu,
  };
  const takesLarge = isLarge && !smallSectors.includes(bus);
  return takesLarge ? { ...planned, sectorBytes: largeSectorBytes } : planned;
}

/** @throws `SpecError` for what goes together with nothing, or not with this bus. */
function checkExtras(given: Disk, bus: DiskBus, field: string): void {
  const { errors, file, limits, size } = given;
  if ((file === undefined) === (size === undefined)) {
    const what =
      file === undefined
        ? "is missing: give the image, or size"
        : "is there, and so is size; leave one of the two out";
    throw new SpecError(`${field}.file`, what);
  }
  if (limits !== undefined) checkLimits(limits, `${field}.limits`);
  if (errors !== undefined) checkErrors(errors, `${field}.errors`);
  if (bus !== "floppy" && bus !== "sd") return;
  for (const name of ["serialNumber", "limits", "errors"] as const) {
    if (given[name] === undefined) continue;
    throw new SpecError(`${field}.${name}`, `is not possible on the bus ${bus}; take another bus`);
  }
}

/** @throws `SpecError` where the image says itself that it is something else. */
function checkFormat(given: string | undefined, found: string, image: string, field: string): void {
  if (given === undefined || given === found || !isToldFormat(given)) return;
  const advice = "leave format out, or give the image that was meant";
  throw new SpecError(`${field}.format`, `got "${given}", but ${image} is ${found}; ${advice}`);
}

let made = 0;

/** An image with nothing in it, which takes no room until something is written. */
async function empty({ size }: Disk, { directory, field }: DiskPlace): Promise<string> {
  const sizeBytes = memoryBytes(size);
  if (sizeBytes === undefined) {
    throw new SpecError(`${field}.size`, `got ${size}, takes "64M", "1G" or a number of bytes`);
  }
  made += 1;
  const file = join(directory, `empty-${made}.img`);
  await writeFile(file, "");
  await truncate(file, sizeBytes);
  return file;
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

async function lookAt(
  path: string,
  field: string,
): Promise<{ format: string; sizeBytes: number; sectorBytes: number }> {
  try {
    await using handle = await open(path, "r");
    const information = await handle.stat();
    if (!information.isFile()) throw new Error("it is not a regular file");
    const { size } = information;
    const format = await formatOf(handle, size);
    const head = Buffer.alloc(largeSectorBytes + 8);
    await handle.read(head, 0, head.length, 0);
    return { format, sizeBytes: size, sectorBytes: format === "raw" ? sectorBytesOf(head) : 512 };
  } catch (error) {
    throw new SpecError(field, `${path} cannot be read as a disk: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function padded(image: string, directory: string): Promise<string> {
  // Images of several directories may have one name.
  made += 1;
  const copy = join(directory, `padded-${made}-${basename(image)}`);
  await copyToChange(image, copy);
  await truncate(copy, leastPcDiskBytes);
  return copy;
}
