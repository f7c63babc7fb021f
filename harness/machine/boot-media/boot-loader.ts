/** Which boot loader starts a kernel, and on what: QEMU itself, GRUB or Limine. */
import { SpecError } from "../../evidence/index.ts";
import type { ChosenBoard } from "../choose-board.ts";
import { type DetectedImage, describeImage } from "../image-types.ts";
import type { BootLoader, MachineSpec } from "../spec.ts";
import { makeGrubIso } from "./grub-iso.ts";
import { limineProtocolOf, makeLimineIso } from "./limine-iso.ts";
import { planModules } from "./modules.ts";

/** The boot loader of the spec, or the one that the kernel needs; `undefined` is QEMU's own. */
export function bootLoaderOf(
  given: BootLoader | undefined,
  image: DetectedImage | undefined,
): BootLoader | undefined {
  const byGrub: readonly unknown[] = ["multiboot2", "multiboot-by-grub"];
  const needsGrub = image?.kind === "elf" && byGrub.includes(image.bootable);
  return given ?? (needsGrub ? "grub" : undefined);
}

/** Whether only UEFI firmware can start what the spec and the image come to. */
export function needsUefi(
  image: DetectedImage | undefined,
  bootLoader: BootLoader | undefined,
  hasBios: boolean,
): boolean {
  if (image?.kind === "efi-application") return true;
  if (image?.kind === "boot-sector" && image.uefiOnly !== undefined) return true;
  if (image?.kind === "iso9660") return !(image.elTorito.bios && hasBios);
  return bootLoader !== undefined && !hasBios;
}

/** @throws `SpecError` on `bootLoader` where it starts no such kernel. */
export function checkBootLoader(image: DetectedImage, bootLoader: BootLoader): void {
  const isLimine = bootLoader !== "grub";
  const isTaken = isLimine
    ? limineProtocolOf(image) !== undefined
    : grubVersionOf(image) !== undefined;
  if (isTaken) return;
  const name = isLimine ? "Limine" : "GRUB";
  const protocols = isLimine ? "Limine's own protocol or Multiboot" : "Multiboot";
  throw new SpecError(
    "bootLoader",
    `asks for ${name}, which is used here for kernels with ${protocols}, but ${image.path} is ` +
      `${describeImage(image)}; leave bootLoader out`,
  );
}

function grubVersionOf(image: DetectedImage): 1 | 2 | undefined {
  if (image.kind === "multiboot-binary") return 1;
  const isX86 = image.kind === "elf" && (image.arch === "i386" || image.arch === "x86_64");
  return isX86 ? (image.multiboot ?? undefined) : undefined;
}

/** What the image is made of. */
export interface LoaderMedium {
  readonly spec: MachineSpec;
  readonly image: DetectedImage;
  /** The kept copy of the kernel. */
  readonly kernel: string;
  readonly board: ChosenBoard;
  readonly directory: string;
}

/**
 * Makes the ISO image on which the boot loader starts the kernel.
 * @returns its path.
 * @throws `SpecError` for modules or command lines that cannot be handed over; `HostError` where a
 *   tool is missing.
 */
export async function makeLoaderIso(bootLoader: BootLoader, medium: LoaderMedium): Promise<string> {
  const { board, directory, image, kernel, spec } = medium;
  const { commandLine } = spec;
  const modules = await planModules(spec);
  const isX86 = board.arch === "x86_64" || board.arch === "i386";
  if (isX86 && !board.facts.pc) {
    throw new SpecError(
      "machine",
      `${board.machineType} boots from no CD, on which the boot loader is; take "pc" or "q35"`,
    );
  }
  if (bootLoader !== "grub") {
    const protocol = limineProtocolOf(image) ?? "limine";
    const request = { kernel, protocol, commandLine, modules, isX86, directory };
    return await makeLimineIso(bootLoader.limine, request);
  }
  const isUefi = board.firmware === "uefi";
  const version = grubVersionOf(image) ?? 2;
  return await makeGrubIso({ kernel, version, commandLine, modules, isUefi, directory });
}
