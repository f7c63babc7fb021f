/** Whether a detected image can be booted at all, with a remedy where it cannot. */
import { SpecError } from "../evidence/index.ts";
import { checkBootLoader } from "./boot-media/boot-loader.ts";
import { takenImages } from "./image.ts";
import {
  type DetectedImage,
  describeImage,
  type ElfImage,
  type UnknownImage,
} from "./image-types.ts";
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
  if (request.bootLoader !== undefined) checkBootLoader(image, request.bootLoader);
  const isStarted = request.bootLoader !== undefined && image.kind === "elf";
  const complaint = image.kind === "elf" ? complainAboutElf(image) : complainAbout(image);
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

function complainAbout(image: Exclude<DetectedImage, ElfImage>): string | undefined {
  switch (image.kind) {
    case "iso9660":
      if (image.elTorito.bios || image.elTorito.uefi) return undefined;
      return (
        "is an ISO 9660 image without a boot entry; " +
        "make it with grub-mkrescue, or with xorriso -b"
      );
    case "efi-application":
      if (image.arch !== undefined) return undefined;
      return `is an ${describeImage(image)}, for which QEMU has no emulator\n  ${takenImages}`;
    case "gzip":
      return `is gzip-compressed; unpack it first (gzip -dc)\n  ${takenImages}`;
    case "uimage":
      return `is a U-Boot uImage; give the kernel that it was made from\n  ${takenImages}`;
    case "qcow2":
      return `is a qcow2 disk image, not a kernel; give it as a disk: disks: ["${image.path}"]`;
    case "device-tree-blob":
      return "is a device tree blob, not a kernel; give it as deviceTree, next to a kernel";
    case "windows-program":
      return (
        "is a Windows program; for UEFI link with the subsystem efi_application" +
        `\n  ${takenImages}`
      );
    case "unknown":
      return complainAboutUnknown(image);
    default:
      return undefined;
  }
}

function complainAboutUnknown(image: UnknownImage): string {
  const article = image.looks === "text" ? "a " : "";
  const flat = image.looks === "data" ? ", or loadAddress and arch for a flat binary" : "";
  const remedy = `give the file that the linker wrote${flat}`;
  return `is no boot image but ${article}${describeImage(image)}; ${remedy}\n  ${takenImages}`;
}

function complainAboutElf(image: ElfImage): string | undefined {
  const description = describeImage(image);
  if (image.bootable !== null && image.arch === undefined) {
    return `is a ${description}, for which QEMU has no emulator`;
  }
  switch (image.obstacle) {
    case null:
      return undefined;
    case "relocatable":
      return "is an object file, not a kernel; link it first (ld.lld -T linker.ld -o kernel.elf …)";
    case "shared-library":
      return "is a shared library; link the kernel as an executable (without -shared)";
    case "core-dump":
      return "is a core dump, not a kernel";
    case "linux-program":
      return (
        "is a program for Linux, not a kernel; build it freestanding " +
        "(cc -ffreestanding -nostdlib -static, with a linker script of its own)"
      );
    case "no-segments":
      return (
        `is a ${description} with nothing to load; ` +
        "check PHDRS and SECTIONS of the linker script"
      );
    case "elf32-impossible":
      return (
        `is a ${description}, which Multiboot cannot load: ${image.detail ?? ""}; ` +
        "give the segments low physical addresses (AT() in the linker script) and a low entry point"
      );
    case "limine":
      return (
        `is a ${description} for the Limine boot protocol; ` +
        'give the ISO or disk image that Limine boots, or its files: bootLoader: { limine: "…" }'
      );
    case "pvh-note-not-in-segment":
      return (
        `is a ${description} whose PVH note no loader can see; make the note's section allocated ` +
        '(.section .note.Xen, "a", @note) and keep it in a PT_NOTE segment of the linker script'
      );
    case "no-boot-protocol":
      return `is a ${description} without a boot protocol that QEMU knows; ${addPvhNote(image)}`;
  }
}

/** The note is an ELF note of type 18 (XEN_ELFNOTE_PHYS32_ENTRY; Xen, docs/misc/pvh.pandoc). */
function addPvhNote(image: ElfImage): string {
  const disk = "or give a bootable disk or ISO image";
  return `add a PVH note, ${disk}
  The note, in GNU assembly; QEMU enters \`start32\` in 32-bit protected mode, paging off:
      .section .note.Xen, "a", @note
      .align 4
      .long 4, ${image.bits === 64 ? "8, 18" : "4, 18"}        # sizes of name and address, type
      .asciz "Xen"
      .${image.bits === 64 ? "quad" : "long"} start32          # its physical address`;
}
