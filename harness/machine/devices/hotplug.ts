/** Devices that come and go while the machine runs. */

import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { QmpError, SpecError, TimeoutError } from "../../evidence/index.ts";
import { type DeviceModel, listDevices, type QemuBinary } from "../../host/index.ts";
import type { GuestHold, QmpClient } from "../../qmp/index.ts";
import { blockNode, throttleGroup } from "../block-graph.ts";
import type { MachinePlan } from "../command-line.ts";
import { mediaIds } from "../disk-arguments.ts";
import { overlayOfNode } from "../drive-arguments.ts";
import type { LimitOfWait } from "../machine-parts.ts";
import { makeOverlay } from "../overlays.ts";
import { controllersOfDisks } from "./controllers.ts";
import type { Device } from "./device.ts";
import { backendId, driveId } from "./device-arguments.ts";
import { checkDevice } from "./device-check.ts";
import { type PlannedDevice, planDevices } from "./plan-devices.ts";
import { plugIn, takeBack, type Undo } from "./plug-in.ts";

/** What hot-plugging needs of the machine. */
export interface HotplugParts {
  readonly plan: MachinePlan;
  readonly qemu: QemuBinary;
  readonly qmp: QmpClient;
  /** Has the guest stand still. */
  readonly hold: GuestHold;
  readonly limit: LimitOfWait;
  /** Takes the overlays. */
  readonly privateDirectory: string;
}

interface PluggedDevice {
  readonly model: string;
  /** Newest first. */
  readonly undo: readonly Undo[];
  /** When it was plugged in, as `QmpClient.mark` counts. */
  readonly since: number;
}

/** The devices of one machine. */
export class Hotplug {
  readonly #parts: HotplugParts;
  /** What is to be taken back once a device is gone, newest first. */
  readonly #devices = new Map<string, PluggedDevice>();
  #count: number;
  /** Attachments and detachments come one after another: each looks at what is there. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: HotplugParts) {
    const { devices } = parts.plan;
    this.#parts = parts;
    this.#count = devices.length;
    for (const { id, model } of devices) this.#devices.set(id, { model, undo: [], since: 0 });
  }

  /** Models of all devices that the machine has now, beside the board's own. */
  get models(): readonly string[] {
    return [...this.#devices.values()].map(({ model }) => model);
  }

  /** As `Machine.attach`. */
  attach(device: Device): Promise<string> {
    return this.#inTurn(() => this.#attach(device));
  }

  /** As `Machine.detach`. */
  detach(id: string, timeoutMs?: number): Promise<void> {
    return this.#inTurn(() => this.#detach(id, timeoutMs));
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(act);
    this.#turn = result.catch(() => {});
    return result;
  }

  async #attach(given: Device): Promise<string> {
    checkDevice(given, "device");
    for (const name of ["share", "port", "memory", "tpm", "startsAt"] as const) {
      if (given[name] === undefined) continue;
      const advice = "what is behind it is made when QEMU starts; give it in devices";
      throw new SpecError(`device.${name}`, `cannot be attached: ${advice}`);
    }
    const { plan, qemu } = this.#parts;
    const models: readonly DeviceModel[] = await listDevices(qemu);
    const planned = await planDevices([given], {
      board: plan.board,
      models,
      present: [
        ...controllersOfDisks(plan.media),
        ...[...this.#devices.values()].map(({ model }) => model),
      ],
      taken: [...this.#devices.keys(), ...mediaIds(plan.media, plan.board)],
      firstNumber: this.#count,
      field: () => "device",
      chardevOf: (port) => port,
      directory: this.#parts.privateDirectory,
    });
    const id = planned.at(-1)?.id as string;
    this.#count += 1;
    const undo = new Map<string, Undo[]>(planned.map((device) => [device.id, []]));
    const since = this.#parts.qmp.mark();
    try {
      for (const device of planned) await this.#addBackends(device, undo.get(device.id) ?? []);
      await plugIn(planned, this.#parts);
    } catch (error) {
      // What went wrong first is what there is to say.
      await takeBack([...undo.values()].flat()).catch(() => {});
      throw withAdvice(error);
    }
    for (const { id, model } of planned) {
      this.#devices.set(id, { model, undo: undo.get(id) ?? [], since });
    }
    return id;
  }

  async #addBackends(device: PlannedDevice, undo: Undo[]): Promise<void> {
    const { qmp } = this.#parts;
    if (device.drive !== undefined) await this.#addDrive(device, device.drive, undo);
    if (device.backend === "user") {
      const id = backendId(device);
      await qmp.execute("netdev_add", { type: "user", id, restrict: true });
      undo.unshift(() => qmp.execute("netdev_del", { id }));
    }
  }

  /** Adds the block node, on top of an overlay where writes are to be thrown away. */
  async #addDrive(
    device: PlannedDevice,
    drive: NonNullable<PlannedDevice["drive"]>,
    undo: Undo[],
  ): Promise<void> {
    const { privateDirectory, qmp } = this.#parts;
    const node = driveId(device);
    // An image that was made for it.
    if (dirname(drive.file) === privateDirectory) {
      undo.unshift(() => rm(drive.file, { force: true }));
    }
    const made = overlayOfNode(node, drive, privateDirectory);
    if (made !== undefined) {
      undo.unshift(() => rm(made.overlay, { force: true }));
      await makeOverlay(made);
    }
    const group = throttleGroup(node, drive.limits);
    if (group !== undefined) {
      await qmp.execute("object-add", group as never);
      undo.unshift(() => qmp.execute("object-del", { id: group.id as string }));
    }
    const options = { ...blockNode(node, drive, made?.overlay), "node-name": node };
    await qmp.execute("blockdev-add", options as never);
    undo.unshift(() => qmp.execute("blockdev-del", { "node-name": node }));
  }

  async #detach(id: string, timeoutMs: number | undefined): Promise<void> {
    const device = this.#devices.get(id);
    if (device === undefined) {
      const names = [...this.#devices.keys()].join(", ") || "none";
      throw new SpecError("id", `got "${id}", which is no device of this machine: ${names}`);
    }
    await this.#unplug(id, device, timeoutMs);
    this.#devices.delete(id);
    await takeBack(device.undo);
  }

  async #unplug(id: string, device: PluggedDevice, timeoutMs: number | undefined): Promise<void> {
    const { limit, qmp } = this.#parts;
    const { limitMs, name } = limit(timeoutMs, "host");
    const given = new AbortController();
    const options = { timeoutMs: limitMs, signal: given.signal, where: { device: id } } as const;
    const now = { since: qmp.mark(), ...options };
    await this.#ask(id);
    // A guest may have let go late, when nobody waited for it any more.
    const deleted = qmp.waitForEvent("DEVICE_DELETED", { since: device.since, ...options });
    const refused = qmp.waitForEvent("DEVICE_UNPLUG_GUEST_ERROR", now).then(() => {
      const advice = "its driver may still be using it: let the guest give it up first";
      throw new QmpError(`the guest refused to let ${id} go; ${advice}`, {});
    });
    refused.catch(() => {});
    try {
      await Promise.race([deleted, refused]);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      const why =
        "\n  The guest never let go. PCI devices go when its ACPI or hot-plug driver agrees: wait " +
        "until the guest has one, or leave the device in the machine";
      throw new TimeoutError(`the guest to let ${id} go`, limitMs, name, why, { cause: error });
    } finally {
      deleted.catch(() => {});
      given.abort();
    }
  }

  /** Asks the guest to let a device go, unless it was asked, or has done so already. */
  async #ask(id: string): Promise<void> {
    try {
      await this.#parts.qmp.execute("device_del", { id });
    } catch (error) {
      if (!isUnderWay(error)) throw error;
    }
  }
}

/** Whether QEMU waits for the guest's answer to an earlier request, or has it (hw/core/qdev.c). */
function isUnderWay(error: unknown): boolean {
  if (!(error instanceof QmpError)) return false;
  const isAsked = error.message.includes("already in the process of unplug");
  return isAsked || error.errorClass === "DeviceNotFound";
}

/** Whether a machine has a keyboard, as far as its board, devices and arguments tell. */
export function hasKeyboard(
  { board, extra }: Pick<MachinePlan, "board" | "extra">,
  { models }: Pick<Hotplug, "models">,
): boolean {
  const isOfBoard = board.facts.keyboard !== false;
  return isOfBoard || [...models, ...extra.extra].some((name) => /kbd|keyboard/.test(name));
}

/** PCI Express takes devices in its root ports only, never on its root bus. */
function withAdvice(error: unknown): unknown {
  if (!(error instanceof QmpError)) return error;
  const bus = /Bus '(pcie\.\d+)' does not support hotplugging/.exec(error.message)?.[1];
  if (bus === undefined) return error;
  const advice =
    'boot with devices: [pci.rootPort({ id: "port1", chassis: 1 })], and attach the device with ' +
    'properties: { bus: "port1" }';
  const { errorClass, message, received, sent } = error;
  const [first, ...more] = message.split("\n");
  const text = [`${first}; ${advice}`, ...more].join("\n");
  return new QmpError(text, { sent, received, errorClass }, { cause: error });
}
