/** An EFI application → a disk that firmware boots it from, by mtools: no root, no loop mount. */
import { open } from "node:fs/promises";
import { join } from "node:path";
import { HostError, SpecError } from "../evidence/index.ts";
import { installCommand } from "../host/index.ts";
import { isOnPath, runProgram } from "../process/index.ts";

/** Where firmware looks on removable media (UEFI specification 2.10, section 3.5.1.1). */
const bootFiles: Readonly<Record<string, string>> = {
  x86_64: "BOOTX64.EFI",
  i386: "BOOTIA32.EFI",
  aarch64: "BOOTAA64.EFI",
  arm: "BOOTARM.EFI",
  riscv64: "BOOTRISCV64.EFI",
};

/** Room for the file system's own tables, and the least that FAT16 takes. */
const overheadBytes = 8 * 1024 ** 2;
const leastBytes = 16 * 1024 ** 2;

/**
 * Makes a FAT file system with the application as its boot file.
 * @returns the path of the image, in `directory`.
 * @throws `SpecError` for an architecture without a boot file name; `HostError` without mtools.
 */
export async function makeSystemPartition(
  application: string,
  arch: string,
  directory: string,
): Promise<string> {
  const name = bootFiles[arch];
  if (name === undefined) {
    throw new SpecError("arch", `${arch} has no boot file name in UEFI; give a disk image instead`);
  }
  if (!isOnPath("mformat")) {
    throw new HostError("install mtools: it makes the disk that an EFI application boots from", {
      remedy: installCommand(["mtools"]),
    });
  }
  const image = join(directory, "esp.img");
  await using file = await open(image, "w");
  await using source = await open(application, "r");
  const { size } = await source.stat();
  await file.truncate(Math.max(leastBytes, size + overheadBytes));
  await runProgram("mformat", ["-i", image, "::"]);
  await runProgram("mmd", ["-i", image, "::/EFI", "::/EFI/BOOT"]);
  await runProgram("mcopy", ["-i", image, application, `::/EFI/BOOT/${name}`]);
  return image;
}
