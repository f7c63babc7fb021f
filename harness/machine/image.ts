/**
 * What a boot image is, by its content and never by its name. A file can be several things at once;
 * the first of these that fits decides:
 *
 * 1. ELF: its magic is at byte 0.
 * 2. A Linux kernel header (bzImage, arm64 and RISC-V Image, zImage): with an EFI stub it is a PE
 *    file too, but QEMU boots it without firmware.
 * 3. ISO 9660: a hybrid image also carries the boot sector of a disk.
 * 4. PE: an EFI application. Its bytes 510 and 511 may be anything.
 * 5. What no machine starts (disk images of other programs, archives, …): by its magic.
 * 6. Boot sector: 55 AA at byte 510. Before Multiboot, because a kernel may lie right behind it.
 * 7. A flat binary with a Multiboot header that says where to load it.
 * 8. Unknown: text, zeros or data.
 */
import { existsSync, type Stats } from "node:fs";
import { constants, type FileHandle, open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SpecError } from "../evidence/index.ts";
import { type ByteSource, ElfError, fileSource, isElf } from "../guest/index.ts";
import { nearestName } from "../qmp/index.ts";
import { readElfImage } from "./image-elf.ts";
import { recogniseForeign, recogniseText } from "./image-foreign.ts";
import {
  headBytes,
  lookAtUnknown,
  recogniseBootSector,
  recogniseByMagic,
  recogniseLinux,
  recognisePe,
} from "./image-formats.ts";
import { isIso, readIso } from "./image-iso.ts";
import { findMultibootHeader, nearMissOfMultiboot } from "./image-multiboot.ts";
import { checkWhole } from "./image-size.ts";
import type { DetectedImage } from "./image-types.ts";
import { findUBoot } from "./image-u-boot.ts";
import { readUefiDisk } from "./image-uefi.ts";

/** What can be given as a kernel, for the end of messages. */
export const takenImages =
  "taken are: an ELF kernel (on x86 with a PVH note or a Multiboot header), a Linux kernel " +
  "(bzImage, Image, zImage), a boot sector or raw disk image, an ISO 9660 image, " +
  "an EFI application";

/**
 * Tells what the file at `path` is. Reads at most its first 64 KiB, the tables that an ELF header,
 * a boot catalogue or a partition table points to, and 16 MiB of a system partition or of
 * an ELF file.
 *
 * Throws `SpecError` on the field `kernel` where there is nothing to judge: no such file, a
 * directory, no permission, an empty file, one that ends before its own header says. Whether what
 * was found can be booted is for `checkImage` to say.
 */
export async function detectImage(path: string): Promise<DetectedImage> {
  const handle = await openImage(path);
  try {
    const { size } = await handle.stat();
    if (size === 0) {
      throw new SpecError(
        "kernel",
        `${path} is empty; did the build fail half-way?\n  ${takenImages}`,
      );
    }
    const source = fileSource(handle, size);
    const head = await source.read(0, Math.min(size, headBytes), "the file");
    const facts = await recognise(source, head);
    const uBoot = mayBeUBoot(facts) ? await findUBoot(source) : undefined;
    const image = { path, sizeBytes: size, ...facts, ...(uBoot === undefined ? {} : { uBoot }) };
    checkWhole(image, head);
    return image;
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    throw new SpecError(
      "kernel",
      `${path} is a broken ELF file; build it again (${error.message})\n  ${takenImages}`,
      { cause: error },
    );
  } finally {
    await handle.close();
  }
}

type WithoutFile<Image> = Image extends unknown ? Omit<Image, "path" | "sizeBytes"> : never;

async function recognise(source: ByteSource, head: Buffer): Promise<WithoutFile<DetectedImage>> {
  if (isElf(head)) return readElfImage(source, head);
  const linux = recogniseLinux(head);
  if (linux !== undefined) return linux;
  if (isIso(head)) return { kind: "iso9660", ...(await readIso(source, head)) };
  const known = recognisePe(head) ?? recogniseByMagic(head) ?? recogniseForeign(head);
  if (known !== undefined) return known;
  const disk = recogniseBootSector(head, source.sizeBytes);
  if (disk !== undefined) {
    const uefiOnly = await readUefiDisk(source, head);
    return uefiOnly === undefined ? disk : { ...disk, uefiOnly };
  }
  const header = findMultibootHeader(head);
  if (header?.hasAddresses === true) {
    return { kind: "multiboot-binary", loadsAt: BigInt(header.loadsAt?.start ?? 0) };
  }
  const unknown = lookAtUnknown(head);
  if (unknown.looks === "text") return recogniseText(head.toString("utf8", 0, 4096)) ?? unknown;
  if (unknown.looks !== "data") return unknown;
  const nearMiss = nearMissOf(head);
  return nearMiss === undefined ? unknown : { ...unknown, nearMiss };
}

/** The highest 256 MiB of 32 bits, where a PC has its firmware and no memory. */
const firmwareStart = 0xf000_0000n;

/** Where U-Boot is often given, and what a file is otherwise started as would not work. */
function mayBeUBoot(facts: WithoutFile<DetectedImage>): boolean {
  if (facts.kind === "unknown") return facts.looks === "data";
  if (facts.kind === "multiboot-binary") return facts.loadsAt >= firmwareStart;
  if (facts.kind !== "elf") return false;
  const { arch = "", obstacle, parts } = facts;
  if (obstacle === "shared-library" || obstacle === "no-boot-protocol") return true;
  return (
    /^(?:mips|ppc$)/.test(arch) || (/86/.test(arch) && (parts[0]?.address ?? 0n) >= firmwareStart)
  );
}

/** What of a file without a format was meant for a boot protocol. */
function nearMissOf(head: Buffer): string | undefined {
  if (findMultibootHeader(head) === undefined) return nearMissOfMultiboot(head);
  return (
    "has a Multiboot header without addresses, which an ELF file may have, but no flat binary; " +
    "give the ELF file that the linker wrote, or set flag 16 and the addresses"
  );
}

/** What a build leaves beside an image, and what it is made from: nobody means to boot that. */
const noImage = /\.(?:[acdhos]|asm|cpp|ld|map|rs|zig)$/i;

/** The file that was meant, where names in its path are near to those that are there. */
async function nearestFile(path: string): Promise<string | undefined> {
  const near = await nearestPath(path);
  const found = near === undefined ? undefined : await stat(near).catch(() => undefined);
  return found?.isFile() ? near : undefined;
}

async function nearestPath(path: string): Promise<string | undefined> {
  if (existsSync(path)) return path;
  const directory = path === dirname(path) ? undefined : await nearestPath(dirname(path));
  if (directory === undefined) return undefined;
  const all = await readdir(directory).catch(() => []);
  const names = all.filter((one) => !noImage.test(one));
  const wanted = basename(path);
  const name = names.find((one) => one === wanted) ?? nearestName(wanted, names);
  return name === undefined ? undefined : join(directory, name);
}

async function openImage(path: string): Promise<FileHandle> {
  try {
    checkFileType(path, await stat(path));
    // Should the file have become a FIFO meanwhile, this keeps the open from waiting for a writer.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof SpecError) throw error;
    throw new SpecError("kernel", `${path} ${await reasonOf(error, path)}`, { cause: error });
  }
}

function checkFileType(path: string, found: Stats): void {
  if (found.isFile()) return;
  const what = found.isDirectory() ? "a directory" : "not a regular file";
  throw new SpecError("kernel", `${path} is ${what}; give the image itself\n  ${takenImages}`);
}

async function reasonOf(error: unknown, path: string): Promise<string> {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR": {
      const near = await nearestFile(path);
      if (near !== undefined) return `does not exist; the nearest is ${near}`;
      return "does not exist; was it built, and is the path relative to the working directory?";
    }
    case "EACCES":
    case "EPERM":
      return "may not be read; check its permissions and those of its directories";
    default:
      return `could not be opened: ${message}`;
  }
}
