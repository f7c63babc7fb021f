/** Planned devices → QEMU arguments, and the same for QMP. Pure. */
import { driveArguments, escapeComma, overlayOf, type PlannedOverlay } from "../drive-arguments.ts";
import { programArguments, programOptions } from "./device-programs.ts";
import type { PlannedDevice } from "./plan-devices.ts";

/** Arguments for devices that the machine starts with. */
export function deviceArguments(devices: readonly PlannedDevice[], directory: string): string[] {
  return devices.flatMap((device) => [
    ...(device.drive === undefined ? [] : driveArguments(driveId(device), device.drive, directory)),
    ...(device.backend === "user" ? ["-netdev", `user,id=${backendId(device)},restrict=on`] : []),
    ...shareArguments(device),
    ...memoryArguments(device),
    ...programArguments(device, directory),
    ...["-device", wordsOf(deviceOptions(device))],
  ]);
}

/** The overlays of all devices that need one of ours. */
export function deviceOverlays(
  devices: readonly PlannedDevice[],
  directory: string,
): PlannedOverlay[] {
  return devices.flatMap((device) => {
    const { drive } = device;
    return (drive && overlayOf(driveId(device), drive, directory)) ?? [];
  });
}

/** What `device_add` takes; `-device` takes the same. */
export function deviceOptions(device: PlannedDevice): Record<string, string | number | boolean> {
  const { drive, id, model, properties } = device;
  return {
    driver: model,
    id,
    ...properties,
    ...(drive === undefined ? {} : { drive: driveId(device) }),
    ...(device.backend === "user" ? { netdev: backendId(device) } : {}),
    ...(device.share === undefined ? {} : { fsdev: shareId(device) }),
    ...(device.chardev === undefined ? {} : { chardev: device.chardev }),
    ...(device.memoryBytes === undefined ? {} : { memdev: memoryId(device) }),
    ...programOptions(device),
  };
}

/** Name of a shared directory's backend. */
function shareId({ id }: Pick<PlannedDevice, "id">): string {
  return `${id}-share`;
}

/** Name of the memory that a device shares. */
function memoryId({ id }: Pick<PlannedDevice, "id">): string {
  return `${id}-memory`;
}

function memoryArguments(device: PlannedDevice): string[] {
  if (device.memoryBytes === undefined) return [];
  const size = `size=${device.memoryBytes},share=on`;
  return ["-object", `memory-backend-ram,id=${memoryId(device)},${size}`];
}

function shareArguments(device: PlannedDevice): string[] {
  const { share } = device;
  if (share === undefined) return [];
  const access = share.writable ? "" : ",readonly=on";
  const path = escapeComma(share.directory);
  return ["-fsdev", `local,id=${shareId(device)},path=${path},security_model=none${access}`];
}

/** Name of the block node, or drive, of a device. */
export function driveId({ id }: Pick<PlannedDevice, "id">): string {
  return `${id}-drive`;
}

/** Name of a network card's backend. */
export function backendId({ id }: Pick<PlannedDevice, "id">): string {
  return `${id}-network`;
}

function wordsOf({ driver, ...rest }: Record<string, string | number | boolean>): string {
  const show = (value: string | number | boolean) =>
    typeof value === "boolean" ? (value ? "on" : "off") : escapeComma(`${value}`);
  const words = Object.entries(rest).map(([name, value]) => `${name}=${show(value)}`);
  return [escapeComma(`${driver}`), ...words].join(",");
}
