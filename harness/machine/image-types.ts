/** What a boot image can be, judged by its content. */
import type { ElfCpu } from "./elf-cpu.ts";
import type { ElfPart } from "./elf-parts.ts";
import type { UBoot } from "./image-u-boot.ts";

interface ImageFile {
  /** As it was given. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Of a file that may be U-Boot, where it is. */
  readonly uBoot?: UBoot;
}

/** How an ELF file is loaded: by QEMU's `-kernel`, but for those that name GRUB. */
export type ElfLoading =
  /** x86: entered through its PVH note, in 32-bit protected mode. */
  | "pvh"
  /** x86: entered through its Multiboot 1 header, in 32-bit protected mode. */
  | "multiboot"
  /** As "multiboot", but QEMU takes the file only in a 32-bit container: `convertToElf32` first. */
  | "multiboot-as-elf32"
  /** x86: as "multiboot", but by GRUB: QEMU's own loader lies where the kernel goes. */
  | "multiboot-by-grub"
  /** x86: by GRUB, from an ISO image that is made for it; QEMU itself loads no Multiboot 2. */
  | "multiboot2"
  /** Other architectures: loaded by its segments and entered at its entry point. */
  | "entry";

/** Why an ELF file is no kernel that QEMU could load. */
export type ElfObstacle =
  | "relocatable"
  | "shared-library"
  | "core-dump"
  | "linux-program"
  | "no-segments"
  | "no-boot-protocol"
  | "limine"
  | "pvh-note-not-in-segment"
  | "pvh-note-misread"
  | "elf32-impossible";

export interface ElfImage extends ImageFile, ElfCpu {
  readonly kind: "elf";
  readonly bits: 32 | 64;
  readonly endian: "little" | "big";
  /** The number of the architecture in the header (`e_machine`). */
  readonly elfMachine: number;
  /** Suffix of the emulator that runs it ("x86_64"); `undefined` where QEMU has none. */
  readonly arch: string | undefined;
  readonly entry: bigint;
  /** The physical address of the entry point. */
  readonly entersAt: bigint;
  /** What is loaded, by rising address. */
  readonly parts: readonly ElfPart[];
  /** Has a PVH entry note that a loader can see. */
  readonly pvh: boolean;
  /** The Multiboot version of its header; 1 where there are both, for QEMU looks for that one. */
  readonly multiboot: 1 | 2 | null;
  /** How it boots, or `null` where it cannot: `obstacle` says why. */
  readonly bootable: ElfLoading | null;
  readonly obstacle: ElfObstacle | null;
  /** More about the obstacle, where there is more to say. */
  readonly detail?: string;
}

/** A Linux kernel for x86 (also when it carries an EFI stub). */
export interface BzImage extends ImageFile {
  readonly kind: "bzimage";
  /** Version string in the header ("6.1.0-18-amd64 …"), where there is one. */
  readonly version: string | undefined;
  /** Version of the boot protocol ("2.15"). */
  readonly protocol: string;
  /** Has a 64-bit entry point, so it is a kernel for x86_64. */
  readonly is64Bit: boolean;
}

/** A raw disk or a floppy: 55 AA at the end of its first sector. */
export interface BootSectorImage extends ImageFile {
  readonly kind: "boot-sector";
  readonly partitions: "gpt" | "mbr" | "none";
  /** Has exactly the size of a floppy disk. */
  readonly floppy: boolean;
  /** Is a FAT file system as a whole, in which UEFI firmware would look for its boot files. */
  readonly fat: boolean;
  /** Nothing but UEFI firmware can boot it: architectures of the boot files that it has. */
  readonly uefiOnly?: readonly string[];
}

export interface IsoImage extends ImageFile {
  readonly kind: "iso9660";
  /** What its El Torito catalogue can boot. */
  readonly elTorito: { readonly bios: boolean; readonly uefi: boolean };
  /** Where it boots by UEFI: architectures of the boot files that it has. */
  readonly architectures?: readonly string[];
  readonly label: string | undefined;
}

export interface EfiApplication extends ImageFile {
  readonly kind: "efi-application";
  readonly arch: string | undefined;
  /** The number of the architecture in the PE header. */
  readonly peMachine: number;
  /** A Linux kernel that unpacks itself: how it is packed ("gzip", "zstd"). */
  readonly compression?: string;
}

/** A Linux kernel for a non-PC architecture, with the header that boot loaders look for. */
export interface LinuxImage extends ImageFile {
  readonly kind: "arm64-image" | "riscv-image" | "arm-zimage";
  readonly arch: string;
}

/** A flat binary whose Multiboot 1 header says where to load it. */
export interface MultibootImage extends ImageFile {
  readonly kind: "multiboot-binary";
  readonly loadsAt: bigint;
}

/** Known by name, but nothing to boot. */
export interface RecognisedImage extends ImageFile {
  readonly kind: "device-tree-blob" | "gzip" | "uimage" | "windows-program";
}

/** A disk image in a format of its own, which QEMU takes as a disk. */
export interface DiskImage extends ImageFile {
  readonly kind: "disk-image";
  readonly format: string;
}

/** Known by name as well, with what to do about it. */
export interface ForeignImage extends ImageFile {
  readonly kind: "foreign";
  /** With its article: "a tar archive". */
  readonly what: string;
  readonly advice: string;
}

export interface UnknownImage extends ImageFile {
  readonly kind: "unknown";
  /** What it looks like: text, nothing but zeros, or plain data. */
  readonly looks: "text" | "zeros" | "data";
  /** Starts as a Cortex-M program does: with a stack pointer and the odd address of its code. */
  readonly isVectorTable?: boolean;
  /** What of it was meant for a boot protocol, and what is wrong with that. */
  readonly nearMiss?: string;
  /** The first line of a text. */
  readonly firstLine?: string;
}

export type DetectedImage =
  | ElfImage
  | BzImage
  | BootSectorImage
  | IsoImage
  | EfiApplication
  | LinuxImage
  | MultibootImage
  | RecognisedImage
  | DiskImage
  | ForeignImage
  | UnknownImage;

/** One phrase for messages and records: "64-bit ELF for x86_64 with a PVH entry". */
export function describeImage(image: DetectedImage): string {
  switch (image.kind) {
    case "elf":
      return describeElf(image);
    case "bzimage":
      return `Linux bzImage for x86${image.version === undefined ? "" : ` (${image.version})`}`;
    case "boot-sector":
      return describeBootSector(image);
    case "iso9660":
      return describeIso(image);
    case "efi-application":
      return describeEfi(image);
    case "arm64-image":
      return "Linux Image for aarch64";
    case "riscv-image":
      return `Linux Image for ${image.arch}`;
    case "arm-zimage":
      return "Linux zImage for arm";
    case "multiboot-binary":
      return "flat binary with a Multiboot header";
    case "device-tree-blob":
      return "device tree blob";
    case "gzip":
      return "gzip-compressed file";
    case "uimage":
      return "U-Boot uImage";
    case "disk-image":
      return `${image.format} disk image`;
    case "foreign":
      return image.what;
    case "windows-program":
      return "Windows program";
    case "unknown":
      return describeUnknown(image);
  }
}

function describeEfi({ arch, compression, peMachine }: EfiApplication): string {
  const target = arch ?? `machine 0x${peMachine.toString(16)}`;
  if (compression === undefined) return `EFI application for ${target}`;
  return `EFI zboot Linux kernel for ${target} (${compression}), which unpacks itself under UEFI`;
}

function describeElf(image: ElfImage): string {
  const big = image.endian === "big" ? " big-endian" : "";
  const machine = image.arch ?? `machine number ${image.elfMachine}`;
  const arch = image.isCortexM ? `${machine} (Cortex-M)` : machine;
  const features = [
    image.pvh ? "a PVH entry" : undefined,
    image.multiboot === null ? undefined : `a Multiboot ${image.multiboot} header`,
  ].filter((feature) => feature !== undefined);
  const suffix = features.length === 0 ? "" : ` with ${features.join(" and ")}`;
  return `${image.bits}-bit${big} ELF for ${arch}${suffix}`;
}

function describeBootSector(image: BootSectorImage): string {
  if (image.uefiOnly !== undefined) return "disk image bootable by UEFI";
  if (image.floppy) return "bootable floppy image";
  if (image.sizeBytes === 512) return "boot sector";
  const partitions = { gpt: " with GPT partitions", mbr: " with MBR partitions", none: "" };
  return `bootable disk image${partitions[image.partitions]}`;
}

function describeIso(image: IsoImage): string {
  const { bios, uefi } = image.elTorito;
  const firmware = bios && uefi ? "BIOS and UEFI" : bios ? "BIOS" : uefi ? "UEFI" : undefined;
  return firmware === undefined
    ? "ISO 9660 image without a boot entry"
    : `ISO 9660 image bootable by ${firmware}`;
}

function describeUnknown(image: UnknownImage): string {
  switch (image.looks) {
    case "text":
      return `text file starting ${JSON.stringify(image.firstLine ?? "")}`;
    case "zeros":
      return `${image.sizeBytes} bytes of nothing but zeros`;
    case "data":
      return image.isVectorTable === true
        ? "flat binary with the vector table of a Cortex-M"
        : `${image.sizeBytes} bytes of a format that is not known`;
  }
}
