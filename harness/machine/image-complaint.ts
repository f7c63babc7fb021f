/** Why an image that was recognised boots nothing, and what to do: what follows its path. */
import { takenImages } from "./image.ts";
import {
  type DetectedImage,
  describeImage,
  type ElfImage,
  type UnknownImage,
} from "./image-types.ts";

/** `undefined` for what a machine can boot. */
export function complainAbout(image: DetectedImage): string | undefined {
  return image.kind === "elf" ? complainAboutElf(image) : complainAboutFile(image);
}

function complainAboutFile(image: Exclude<DetectedImage, ElfImage>): string | undefined {
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
    case "disk-image":
      return (
        `is a ${image.format} disk image, not a kernel; ` +
        `give it as a disk: disks: ["${image.path}"]`
      );
    case "foreign":
      return `is ${image.what}, not a kernel; ${image.advice}\n  ${takenImages}`;
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

/** It is enough where the board has a place for its kernels. */
const flatRemedy = ', or of a flat binary the board: machine: "raspi3b", or arch: "riscv64"';

function complainAboutUnknown(image: UnknownImage): string {
  if (image.nearMiss !== undefined) return image.nearMiss;
  const article = image.looks === "text" ? "a " : "";
  const flat = image.looks === "data" ? flatRemedy : "";
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
    case "pvh-note-misread":
      return (
        `is a ${description} in whose segment of notes QEMU reads the wrong entry point, ` +
        `because that segment is aligned to ${image.detail}; align it to 4: let the linker script ` +
        "discard .note.gnu.property, or give .note.Xen a PT_NOTE segment of its own"
      );
    case "no-boot-protocol":
      if (image.detail !== undefined) return `is a ${description} that ${image.detail}`;
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
