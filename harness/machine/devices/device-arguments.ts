/** Planned devices → QEMU arguments, and the same for QMP. Pure. */
import { escapeComma } from "../disk-arguments.ts";
import type { PlannedDevice } from "./plan-devices.ts";

/** Arguments for devices that the machine starts with. */
export function deviceArguments(devices: readonly PlannedDevice[]): string[] {
  return devices.flatMap((device) => [
    ...driveArguments(device),
    ...(device.backend === "user" ? ["-netdev", `user,id=${backendId(device)},restrict=on`] : []),
    ...["-device", wordsOf(deviceOptions(device))],
  ]);
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
  };
}

/** Name of the block node, or drive, of a device. */
export function driveId({ id }: Pick<PlannedDevice, "id">): string {
  return `${id}-drive`;
}

/** Name of a network card's backend. */
export function backendId({ id }: Pick<PlannedDevice, "id">): string {
  return `${id}-network`;
}

function driveArguments(device: PlannedDevice): string[] {
  const { drive } = device;
  if (drive === undefined) return [];
  // As for `disks`: an unlinked overlay in QEMU's TMPDIR, which nothing has to clean up.
  const keep = drive.readOnly ? "readonly=on" : drive.persist ? "snapshot=off" : "snapshot=on";
  const file = `file=${escapeComma(drive.file)},format=${escapeComma(drive.format)}`;
  return ["-drive", `${file},${keep},if=none,id=${driveId(device)}`];
}

function wordsOf({ driver, ...rest }: Record<string, string | number | boolean>): string {
  const show = (value: string | number | boolean) =>
    typeof value === "boolean" ? (value ? "on" : "off") : escapeComma(`${value}`);
  const words = Object.entries(rest).map(([name, value]) => `${name}=${show(value)}`);
  return [escapeComma(`${driver}`), ...words].join(",");
}
