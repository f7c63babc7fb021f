/** Overlays that take what a guest writes, and are thrown away. */
import { HostError } from "../evidence/index.ts";
import { installCommand } from "../host/index.ts";
import { isOnPath, runProgram } from "../process/index.ts";
import type { PlannedOverlay } from "./drive-arguments.ts";

/**
 * Makes an overlay over an image.
 * @throws `HostError` without qemu-img, or with its words where it cannot read the image.
 */
export async function makeOverlay({ file, format, overlay }: PlannedOverlay): Promise<void> {
  if (!isOnPath("qemu-img")) {
    throw new HostError("install qemu-img: it makes the overlay that a disk is written to", {
      remedy: installCommand(["qemu-img"]),
    });
  }
  await runProgram("qemu-img", ["create", "-q", "-f", "qcow2", "-b", file, "-F", format, overlay]);
}
