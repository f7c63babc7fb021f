/** Controllers that devices are plugged into: which a machine has, and which come along. */
import { SpecError } from "../../evidence/index.ts";
import { unversioned } from "../board.ts";
import type { PlannedMedia } from "../disk-arguments.ts";
import type { Device } from "./device.ts";
import type { DevicePlace } from "./plan-devices.ts";

/** A bus that devices are plugged into, and what has one. */
interface Controller {
  /** QEMU's name of the bus. */
  readonly bus: string;
  /** Models that have such a bus. */
  readonly has: RegExp;
  /** The model that is added where a machine has none, and its id. */
  readonly added: string;
  readonly id: string;
}

const controllers: readonly Controller[] = [
  { bus: "usb-bus", has: /(uhci|ehci|xhci|ohci)/, added: "qemu-xhci", id: "usb-controller" },
  {
    bus: "SCSI",
    has: /^(virtio-scsi|lsi|megasas|mptsas|am53c974|dc390|pvscsi)/,
    added: "virtio-scsi-pci",
    id: "scsi-controller",
  },
  {
    bus: "virtio-serial-bus",
    has: /^virtio-serial/,
    added: "virtio-serial-pci",
    id: "serial-controller",
  },
  { bus: "floppy-bus", has: /^isa-fdc$/, added: "isa-fdc", id: "floppy-controller" },
];

/** What a device for that bus needs, if it is one that controllers are added for. */
export function controllerOf(bus: string | null): Controller | undefined {
  return controllers.find((one) => one.bus === bus);
}

/** Controllers that come with the disks of a spec. */
export function controllersOfDisks({ disks }: PlannedMedia): string[] {
  const has = (bus: string) => disks.some((disk) => disk.bus === bus);
  return [
    ...(has("usb") ? ["qemu-xhci"] : []),
    ...(has("scsi") ? ["virtio-scsi-pci"] : []),
    // QEMU adds it where a drive asks for it (hw/i386/pc.c, pc_basic_device_init).
    ...(has("floppy") ? ["isa-fdc"] : []),
  ];
}

/** Controllers that the board has without being asked: of the PCs all but `q35` read floppies. */
export function ownControllers({ facts, machineType }: DevicePlace["board"]): string[] {
  const hasFloppies = facts.diskBuses?.includes("floppy") === true;
  return hasFloppies && unversioned(machineType) !== "q35" ? ["isa-fdc"] : [];
}

/** @throws `SpecError` where another device has the name of a controller that is to be added. */
export function checkControllerId(
  id: string,
  model: string,
  devices: readonly Device[],
  { field, taken }: Pick<DevicePlace, "field" | "taken">,
  brings: string,
): void {
  const what = `"${id}" is what the controller is called that ${model} brings along`;
  const index = devices.findIndex((given) => given.id === id);
  if (index >= 0) throw new SpecError(`${field(index)}.id`, `${what}; take another`);
  if (!taken.includes(id)) return;
  const advice = "add a controller first, or call that device otherwise";
  throw new SpecError(brings, `cannot be added: ${what}, and a device has that name; ${advice}`);
}
