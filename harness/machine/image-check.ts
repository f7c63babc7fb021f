/** Whether a detected image can be booted at all, with a remedy where it cannot. */
import { SpecError } from "../evidence/index.ts";
import { checkBootLoader } from "./boot-media/boot-loader.ts";
import { complainAbout } from "./image-complaint.ts";
import { type DetectedImage, describeImage } from "./image-types.ts";
import { checkUBoot } from "./image-u-boot.ts";
import { kernelFormOf } from "./kernel-form.ts";
import type { BootLoader } from "./spec.ts";

/** What the spec says about the image. */
export interface ImageRequest {
  /** Suffix of the emulator that was asked for. */
  readonly arch?: string | undefined;
  /** What is to start the kernel instead of QEMU. */
  readonly bootLoader?: BootLoader | undefined;
  /** The board that was asked for. */
  readonly machine?: string | undefined;
  /** Where to load a flat binary. */
  readonly loadAddress?: number | string | undefined;
}

/**
 * Throws `SpecError` where `image` is nothing that a machine can boot (field `kernel`), or is for
 * another architecture than the requested one, or a flat binary without one (field `arch`). Data of
 * an unknown format is a flat binary where `arch`, `machine` or `loadAddress` is given. Does
 * nothing otherwise.
 */
export function checkImage(image: DetectedImage, request: ImageRequest = {}): void {
  const { arch, bootLoader, loadAddress, machine } = request;
  if (bootLoader === undefined && loadAddress === undefined) checkUBoot(image, request);
  const form = kernelFormOf(image);
  const isSaid = arch !== undefined || machine !== undefined;
  // What the board makes of it is judged with the board at hand.
  const isTaken = form === "flat" || (form !== undefined && loadAddress === undefined);
  if (isTaken && isSaid && bootLoader === undefined) return;
  if (image.kind === "unknown" && form === "flat") {
    const isPlaced = loadAddress !== undefined || image.isVectorTable === true;
    if (isPlaced && !isSaid) {
      const advice = image.isVectorTable === true ? ' ("arm" for a Cortex-M)' : "";
      throw new SpecError(
        "arch",
        `is missing${advice}: the flat binary ${image.path} does not tell what it is for`,
      );
    }
  }
  const complaint = complainAbout(image);
  const isNearMiss = image.kind === "elf" && image.detail !== undefined;
  if (request.bootLoader !== undefined && !isNearMiss) checkBootLoader(image, request.bootLoader);
  const isStarted = request.bootLoader !== undefined && image.kind === "elf" && !isNearMiss;
  if (complaint !== undefined && !isStarted)
    throw new SpecError("kernel", `${image.path} ${complaint}`);
  if (loadAddress !== undefined) {
    throw new SpecError(
      "loadAddress",
      `is for flat binaries, but ${image.path} is a ${describeImage(image)}, which says itself ` +
        "where it belongs; leave it out",
    );
  }
  const found = architectureOf(image);
  if (arch === undefined || found === undefined || runsOn(found, arch)) return;
  throw new SpecError(
    "arch",
    `${arch} was asked for, but ${image.path} is for ${found} (${describeImage(image)}); ` +
      "leave arch out, or give the image that was built for it",
  );
}

/**
 * Suffix of the emulator that an image needs, or `undefined` where the image does not tell. Disks
 * with a boot sector are for a PC; an x86 kernel that does not say 64-bit runs on both emulators.
 */
export function architectureOf(image: DetectedImage): string | undefined {
  switch (image.kind) {
    case "elf":
    case "efi-application":
    case "arm64-image":
    case "riscv-image":
    case "arm-zimage":
      return image.arch;
    case "bzimage":
      return image.is64Bit ? "x86_64" : "i386";
    case "boot-sector":
      return image.uefiOnly === undefined ? "i386" : oneOf(image.uefiOnly);
    case "iso9660":
      return image.elTorito.bios ? undefined : oneOf(image.architectures ?? []);
    case "multiboot-binary":
      return "i386";
    default:
      return undefined;
  }
}

/** The one architecture, or `undefined` where there are several, or none. */
function oneOf(architectures: readonly string[]): string | undefined {
  return architectures.length === 1 ? architectures[0] : undefined;
}

function runsOn(found: string, arch: string): boolean {
  return found === arch || (found === "i386" && arch === "x86_64");
}
