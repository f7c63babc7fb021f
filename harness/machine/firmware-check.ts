/** Whether the firmware that a spec asks for by name could start its image at all. Pure. */
import { SpecError } from "../evidence/index.ts";
import { bootLoaderOf, needsUefi } from "./boot-media/boot-loader.ts";
import { type DetectedImage, describeImage } from "./image-types.ts";
import type { MachineSpec } from "./spec.ts";

/**
 * Firmware that finds nothing to start waits for ever, or crashes. Firmware of one's own may do
 * what it likes. @throws `SpecError` on `firmware`.
 */
export function checkFirmware(spec: MachineSpec, image: DetectedImage | undefined): void {
  const { bootLoader, firmware } = spec;
  if (image === undefined) return;
  const what = `${image.path} is ${describeImage(image)}`;
  if ((firmware === "bios" || firmware === "none") && needsUefi(image, undefined, true)) {
    const advice = "which only UEFI firmware starts; leave firmware out";
    throw new SpecError("firmware", `got "${firmware}", but ${what}, ${advice}`);
  }
  const isPlainSector = image.kind === "boot-sector" && image.partitions === "none" && !image.fat;
  if (firmware === "uefi" && isPlainSector && image.uefiOnly === undefined) {
    const advice = "which UEFI firmware does not start; leave firmware out";
    throw new SpecError("firmware", `got "uefi", but ${what}, ${advice}`);
  }
  const isLoadedByQemu = image.kind === "elf" || image.kind === "multiboot-binary";
  if (firmware !== "uefi" || !isLoadedByQemu || bootLoaderOf(bootLoader, image)) return;
  const isForGrub = image.kind === "multiboot-binary" || image.multiboot !== null;
  const other = isForGrub ? ', or have GRUB start it: bootLoader: "grub"' : "";
  const advice = `which QEMU starts without it; leave firmware out${other}`;
  throw new SpecError("firmware", `got "uefi", but ${what}, ${advice}`);
}
