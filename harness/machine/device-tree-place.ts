/** Whether the spec's device tree has come into memory: QEMU leaves it out where it has no room. */
import { stat } from "node:fs/promises";
import { SpecError } from "../evidence/index.ts";
import type { QmpClient } from "../qmp/index.ts";
import type { LoadedThings } from "./memory-place.ts";

/**
 * To be asked of a machine whose guest has not executed anything yet. For an ELF kernel of an Arm
 * the tree goes to the start of RAM, if it ends below the kernel with all the room that QEMU adds
 * for changes (QEMU, hw/arm/boot.c, and system/device_tree.c).
 * @throws `SpecError` naming both where it is not there.
 */
export async function checkDeviceTreePlace(
  { image, plan }: LoadedThings,
  qmp: Pick<QmpClient, "execute">,
): Promise<void> {
  const { board, deviceTree, kernel } = plan;
  const isArm = board.arch === "arm" || board.arch === "aarch64";
  if (deviceTree === undefined || kernel === undefined || image?.kind !== "elf" || !isArm) return;
  if (board.facts.vectorTable !== false) return;
  const [lowest] = image.parts;
  const roms = await qmp.execute("human-monitor-command", { "command-line": "info roms" });
  if (lowest === undefined || roms.includes('name="dtb"')) return;
  const { size } = await stat(deviceTree);
  const at = `0x${lowest.address.toString(16)}`;
  throw new SpecError(
    "deviceTree",
    `${deviceTree} has no place: QEMU puts it at the start of RAM, and its ${size} bytes, which ` +
      `QEMU doubles, would not end below the kernel ${image.path} at ${at}; take the unused room ` +
      "out of it (dtc -I dtb -O dtb -o small.dtb), or link the kernel to a higher address",
  );
}
