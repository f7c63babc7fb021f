/** Disks and CDs → QEMU arguments. Pure. */
import { SpecError } from "../evidence/index.ts";
import type { Board } from "./board.ts";
import type { ChosenBoard } from "./choose-board.ts";
import type { PlannedDisk } from "./disks.ts";
import {
  driveArguments,
  driveWords,
  escapeComma,
  isGraph,
  overlayOf,
  type PlannedOverlay,
} from "./drive-arguments.ts";
import type { DiskBus } from "./spec.ts";
import { isVirtioInMemory } from "./virtio-transport.ts";

/** All that a machine can boot from, in the order in which firmware is to try it. */
export interface PlannedMedia {
  readonly disks: readonly PlannedDisk[];
  /** ISO 9660 image in a CD drive. */
  readonly cdrom: string | undefined;
  /** Whether firmware tries the CD before the disks. */
  readonly cdromFirst: boolean;
}

/** What of the board decides where media go. */
type BoardOfMedia = Pick<ChosenBoard, "facts" | "machineType">;

/** Places of a controller of the machine itself, or of one that is added. */
const placesLimit: Partial<Record<DiskBus, number>> = { ide: 4, ahci: 6, floppy: 2, sd: 1 };

/** Where CD drives traditionally are on IDE: first on the second channel. */
const cdromPlace = 2;

/**
 * Arguments for all media; firmware tries them from the place `firstBoot` of its order on, and
 * overlays of ours are in `directory`.
 * @throws `SpecError` naming the disk whose bus this machine has not, or
 * has no place left on.
 */
export function mediaArguments(
  media: PlannedMedia,
  board: BoardOfMedia,
  firstBoot: number,
  directory: string,
): string[] {
  const { disks, cdrom, cdromFirst } = media;
  const { facts, machineType } = board;
  const taken = new Map<DiskBus, number>();
  const words: string[] = [];
  const firstDisk = cdrom !== undefined && cdromFirst ? 1 : 0;
  for (const [index, given] of disks.entries()) {
    const disk = { ...given, bus: busOf(given, facts) };
    const place = taken.get(disk.bus) ?? 0;
    taken.set(disk.bus, place + 1);
    checkPlace(disk.bus, place, index, board);
    const boot = firstBoot + index + firstDisk;
    words.push(...oneDisk(disk, { index, place, boot, machineType }, directory));
  }
  if (cdrom !== undefined) {
    const boot = firstBoot + (cdromFirst ? 0 : disks.length);
    words.push(...cdromArguments(cdrom, taken, boot, machineType));
  }
  const order =
    machineType === "isapc" && disks.length > 0 ? ["-boot", `order=${lettersOf(media)}`] : [];
  const controllers = controllersOf(media, board);
  return [...controllers.flatMap((name) => ["-device", name]), ...words, ...order];
}

/** Names of devices that `mediaArguments` gives away. */
export function mediaIds(media: PlannedMedia, board: BoardOfMedia): string[] {
  const controllers = controllersOf(media, board)
    .join(" ")
    .matchAll(/,id=(\S+)/g);
  const disks = media.disks.flatMap((disk, index) => (isGraph(disk) ? [diskId(index)] : []));
  return [...[...controllers].map(([, id]) => id as string), ...disks];
}

function controllersOf({ disks, cdrom }: PlannedMedia, board: BoardOfMedia): string[] {
  const controllers = new Set(disks.flatMap(({ bus }) => controllerOf(bus, board)));
  if (cdrom !== undefined && !hasIde(board.machineType)) controllers.add(scsiController(board));
  return [...controllers];
}

/** Where there is no PCI, what virtio has is in memory. */
function busOf({ bus }: PlannedDisk, facts: Board): DiskBus {
  return bus === "virtio" && isVirtioInMemory(facts) ? "virtio-mmio" : bus;
}

/**
 * The order by the letters of the old BIOS, where SeaBIOS finds no other: it looks for the places
 * of devices on PCI (SeaBIOS, src/boot.c).
 */
function lettersOf({ cdrom, cdromFirst, disks }: PlannedMedia): string {
  const letters = disks.map(({ bus }) => (bus === "floppy" ? "a" : "c"));
  const cd = cdrom === undefined ? [] : ["d"];
  return [...new Set(cdromFirst ? [...cd, ...letters] : [...letters, ...cd])].join("");
}

interface Placed {
  /** Number of the disk among all. */
  readonly index: number;
  /** Number of the disk on its bus. */
  readonly place: number;
  /** Place in the order in which firmware tries to boot. */
  readonly boot: number;
  readonly machineType: string;
}

function oneDisk(disk: PlannedDisk, placed: Placed, directory: string): string[] {
  const id = diskId(placed.index);
  if (disk.bus === "floppy") {
    // The controller is the machine's own, and has the places of its drives in the boot order.
    const bootIndex = `isa-fdc.bootindex${"AB"[placed.place]}=${placed.boot}`;
    const drive = `${driveWords(disk)},if=floppy,index=${placed.place}`;
    return ["-drive", drive, "-global", bootIndex];
  }
  const { bus, serialNumber } = disk;
  const serial = serialNumber ?? (bus === "nvme" ? id : undefined);
  const words = [
    deviceOf(bus, id, placed),
    ...(serial === undefined ? [] : [`serial=${escapeComma(serial)}`]),
    ...(disk.sectorBytes === undefined ? [] : sectorWords(disk.sectorBytes)),
    // A node has no name that QEMU's counters show, but its device has. What fails is reported to
    // the guest, also where QEMU would stop the machine for it.
    ...(isGraph(disk) ? [`id=${id}`, ...(bus === "nvme" ? [] : reported)] : []),
  ];
  return [...driveArguments(id, disk, directory), "-device", words.join(",")];
}

function sectorWords(sectorBytes: number): string[] {
  return [`logical_block_size=${sectorBytes}`, `physical_block_size=${sectorBytes}`];
}

const reported = ["werror=report", "rerror=report"];

/** Name of a disk of the spec, for QMP. */
function diskId(index: number): string {
  return `disk${index}`;
}

/** The overlays of all disks that need one of ours. */
export function diskOverlays({ disks }: PlannedMedia, directory: string): PlannedOverlay[] {
  return disks.flatMap((disk, index) => overlayOf(diskId(index), disk, directory) ?? []);
}

function deviceOf(bus: DiskBus, id: string, { boot, machineType, place }: Placed): string {
  const bootable = `drive=${id},bootindex=${boot}`;
  switch (bus) {
    case "ide":
      return `ide-hd,${bootable},${idePlace(place)}`;
    case "ahci":
      return `ide-hd,${bootable},bus=${isQ35(machineType) ? "ide" : "ahci"}.${place}`;
    case "scsi":
      return `scsi-hd,${bootable},bus=scsi.0`;
    case "usb":
      return `usb-storage,${bootable},bus=xhci.0`;
    case "nvme":
      return `nvme,${bootable}`;
    case "sd":
      return `sd-card,drive=${id}`;
    case "virtio-mmio":
      // QEMU itself would fill the places from the last one on; kernels look at the first.
      return `virtio-blk-device,${bootable},bus=virtio-mmio-bus.${place}`;
    default:
      return `virtio-blk-pci,${bootable}`;
  }
}

function controllerOf(bus: DiskBus, board: BoardOfMedia): string[] {
  if (bus === "ahci") return isQ35(board.machineType) ? [] : ["ahci,id=ahci"];
  if (bus === "scsi") return [scsiController(board)];
  if (bus === "usb") return ["qemu-xhci,id=xhci"];
  if (bus === "sd") return ["sdhci-pci"];
  return [];
}

function cdromArguments(
  file: string,
  taken: ReadonlyMap<DiskBus, number>,
  boot: number,
  machineType: string,
): string[] {
  const drive = `file=${escapeComma(file)},format=raw,if=none,id=cdrom,readonly=on`;
  const bootable = `drive=cdrom,bootindex=${boot}`;
  if (!hasIde(machineType)) return ["-drive", drive, "-device", `scsi-cd,${bootable},bus=scsi.0`];
  const bus = isQ35(machineType) ? "ahci" : "ide";
  const place = Math.max(cdromPlace, taken.get(bus) ?? 0);
  if (place >= (placesLimit[bus] ?? 0)) {
    throw new SpecError("cdrom", `has no place left: the disks take all of ${bus}; move one away`);
  }
  const at = bus === "ahci" ? `bus=ide.${place}` : idePlace(place);
  return ["-drive", drive, "-device", `ide-cd,${bootable},${at}`];
}

/** @throws `SpecError` where the machine is known not to have the bus, or no room on it. */
function checkPlace(
  bus: DiskBus,
  place: number,
  index: number,
  { facts, machineType }: BoardOfMedia,
): void {
  const field = `disks[${index}].bus`;
  const limit = bus === "virtio-mmio" ? facts.virtioPlaces : placesLimit[bus];
  if (limit !== undefined && place >= limit) {
    throw new SpecError(field, `${bus} has room for ${limit}, and all of it is taken`);
  }
  const possible = facts.diskBuses;
  if (possible === undefined || possible.includes(bus)) return;
  const names = possible.length === 0 ? "no disk at all" : possible.join(", ");
  throw new SpecError(field, `got "${bus}", which the machine ${machineType} has not: ${names}`);
}

/** Two channels with two drives each. */
function idePlace(place: number): string {
  return `bus=ide.${place >> 1},unit=${place & 1}`;
}

function scsiController({ facts }: BoardOfMedia): string {
  return `${isVirtioInMemory(facts) ? "virtio-scsi-device" : "virtio-scsi-pci"},id=scsi`;
}

function isQ35(machineType: string): boolean {
  return /^(pc-)?q35(-|$)/.test(machineType);
}

function hasIde(machineType: string): boolean {
  return isQ35(machineType) || /^(pc|isapc)(-|$)/.test(machineType);
}
