/** Devices of a spec → devices with nothing left to decide, checked against QEMU's own list. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { SpecError } from "../../evidence/index.ts";
import { type DeviceModel, listDevices, type QemuBinary } from "../../host/index.ts";
import type { ChosenBoard } from "../choose-board.ts";
import { mediaIds, type PlannedMedia } from "../disk-arguments.ts";
import { type PlannedDisk, planDisk } from "../disks.ts";
import type { MachineSpec } from "../spec.ts";
import { memoryBytes } from "../spec-check.ts";
import { modelOnItsBus } from "../virtio-transport.ts";
import {
  checkControllerId,
  controllerOf,
  controllersOfDisks,
  ownControllers,
} from "./controllers.ts";
import type { Device, DeviceProperty } from "./device.ts";
import type { DeviceProgram } from "./device-programs.ts";
import { modelNamed } from "./model-name.ts";
import { planTpm } from "./tpm.ts";
import { planVirtiofs } from "./virtiofs.ts";

/** A device with nothing left to decide. */
export interface PlannedDevice {
  readonly id: string;
  readonly model: string;
  readonly properties: Readonly<Record<string, DeviceProperty>>;
  readonly drive: Omit<PlannedDisk, "bus"> | undefined;
  readonly backend: "none" | "user";
  /** Absolute path of a directory that it shares. */
  readonly share: { readonly directory: string; readonly writable: boolean } | undefined;
  /** QEMU's name of the character device that it is connected to. */
  readonly chardev: string | undefined;
  /** Bytes of memory that it shares. */
  readonly memoryBytes: number | undefined;
  /** A program beside QEMU that serves it. */
  readonly program: DeviceProgram | undefined;
}

/** Where devices go. */
export interface DevicePlace {
  readonly board: Pick<ChosenBoard, "facts" | "machineType" | "memory">;
  /** What this QEMU has. */
  readonly models: readonly DeviceModel[];
  /** Models that the machine has already, for the controllers among them. */
  readonly present: readonly string[];
  /** Names that devices of the machine have already. */
  readonly taken: readonly string[];
  /** Number of the first device, for those without an id. */
  readonly firstNumber: number;
  readonly field: (index: number) => string;
  /** QEMU's name of the character device of a port. */
  readonly chardevOf: (port: string) => string;
  /** Takes the images that are made for it. */
  readonly directory: string;
}

/**
 * Completes devices, with the controllers that they need and the machine has not.
 * @throws `SpecError` for a model that this QEMU has not, a device that the board has no bus for,
 *   and an image that cannot be used; `HostError` for a program that serves one and is missing.
 */
export async function planDevices(
  devices: readonly Device[],
  place: DevicePlace,
): Promise<readonly PlannedDevice[]> {
  const planned: PlannedDevice[] = [];
  const plugged: PlannedDevice[] = [];
  const names = [...place.present, ...ownControllers(place.board)];
  const ids = new Set<string>(place.taken);
  for (const given of devices) names.push(given.model);
  for (const [index, given] of devices.entries()) {
    // That is the board's own: see `planRtc`.
    if (given.startsAt !== undefined) continue;
    const field = place.field(index);
    const { bus } = given.properties ?? {};
    const wanted = modelOnItsBus(given.model, bus, place.board.facts);
    const model = modelNamed(wanted, field, place.models);
    checkBus(model, field, place);
    const needed = controllerOf(model.bus);
    if (needed !== undefined && !names.some((name) => needed.has.test(name))) {
      const added = modelOnItsBus(needed.added, undefined, place.board.facts);
      const controller = modelNamed(added, field, place.models);
      checkBus(controller, field, place);
      checkControllerId(needed.id, model.name, devices, place, field);
      planned.push(withoutBackends(needed.id, added));
      names.push(added);
    }
    const id = given.id ?? freeName(place.firstNumber + index, ids);
    if (ids.has(id)) throw new SpecError(`${field}.id`, `"${id}" is taken; take another`);
    ids.add(id);
    // QEMU looks for a bus at once: controllers come first, wherever the spec has them.
    (needed === undefined ? planned : plugged).push({
      id,
      model: model.name,
      properties: given.properties ?? {},
      drive: await planDrive(given, field, place.directory),
      backend: given.backend ?? "none",
      share: given.share?.by === "virtiofs" ? undefined : planShare(given, field),
      chardev: given.port === undefined ? undefined : place.chardevOf(given.port),
      memoryBytes: planMemory(given, field),
      program: await planProgram(given, field, place.board),
    });
  }
  return [...planned, ...plugged];
}

/** The same for a spec, beside its disks, which bring controllers of their own. */
export async function planSpecDevices(
  spec: MachineSpec,
  media: PlannedMedia,
  board: ChosenBoard,
  qemu: QemuBinary,
  ports: readonly { readonly name: string }[],
  directory: string,
): Promise<readonly PlannedDevice[]> {
  if (spec.devices === undefined || spec.devices.length === 0) return [];
  return await planDevices(spec.devices, {
    board,
    models: await listDevices(qemu),
    present: controllersOfDisks(media),
    taken: mediaIds(media, board),
    firstNumber: 0,
    field: (index) => `devices[${index}]`,
    chardevOf: (port) => `port${ports.findIndex(({ name }) => name === port)}`,
    directory,
  });
}

/** A name for a device without one: of that number, or of the next that is free. */
function freeName(number: number, taken: ReadonlySet<string>): string {
  const name = `device${number}`;
  return taken.has(name) ? freeName(number + 1, taken) : name;
}

function withoutBackends(id: string, model: string): PlannedDevice {
  const nothing = {
    drive: undefined,
    share: undefined,
    chardev: undefined,
    memoryBytes: undefined,
    program: undefined,
  };
  return { id, model, properties: {}, backend: "none", ...nothing };
}

async function planDrive(
  given: Device,
  field: string,
  directory: string,
): Promise<PlannedDevice["drive"]> {
  if (given.drive === undefined) return undefined;
  const place = {
    // As the factories take it, by which nearly all devices with an image are made.
    field,
    defaultBus: given.model === "nvme" ? "nvme" : "virtio",
    isPc: false,
    directory,
  } as const;
  const { bus: _, ...drive } = await planDisk(given.drive, place);
  return drive;
}

/** @throws `SpecError` and `HostError` as `planVirtiofs` and `planTpm`. */
async function planProgram(
  given: Device,
  field: string,
  { memory }: DevicePlace["board"],
): Promise<DeviceProgram | undefined> {
  if (given.share?.by !== "virtiofs") return planTpm(given, field);
  const directory = planShare(given, field)?.directory ?? "";
  return await planVirtiofs(given, directory, field, memory);
}

/** @throws `SpecError` where it is no directory. */
function planShare({ share }: Device, field: string): PlannedDevice["share"] {
  if (share === undefined) return undefined;
  const directory = resolve(share.directory);
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new SpecError(`${field}.share.directory`, `${directory} is no directory`);
  }
  return { directory, writable: share.writable ?? false };
}

/** @throws `SpecError` for what PCI cannot have: its sizes are powers of two. */
function planMemory({ memory }: Device, field: string): number | undefined {
  if (memory === undefined) return undefined;
  const sizeBytes = memoryBytes(memory) ?? 0;
  if (sizeBytes > 0 && Number.isInteger(Math.log2(sizeBytes))) return sizeBytes;
  throw new SpecError(`${field}.memory`, `got ${memory}, takes "1M", "2M", "4M" and so on`);
}

function checkBus(model: DeviceModel, field: string, { board }: DevicePlace): void {
  const { facts, machineType } = board;
  const isWithoutFloppies = facts.diskBuses?.includes("floppy") === false;
  const missing =
    (model.bus === "PCI" && facts.pci === false) ||
    (model.bus === "ISA" && !facts.isa) ||
    (model.bus === "floppy-bus" && isWithoutFloppies);
  if (!missing) return;
  const other = model.bus === "PCI" ? '"q35" or "virt"' : '"pc" or "q35"';
  throw new SpecError(
    field,
    `${model.name} needs a bus ${model.bus}, which ${machineType} has not; ` +
      `leave it out, or take a machine that has one, such as ${other}`,
  );
}
