/** An EFI application → a disk that firmware boots it from: no root, no loop mount. */
import { stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SpecError } from "../../evidence/index.ts";
import type { SurveyedDirectory } from "./directory-disk.ts";
import { makeFatDisk, roomFor } from "./fat-image.ts";
import { applicationPath, shellScript } from "./shell-script.ts";

/** What is made in the root directory here, with long names. */
const rootEntries = 8;

/** Where firmware looks on removable media (UEFI specification 2.10, section 3.5.1.1). */
const bootFiles: Readonly<Record<string, string>> = {
  x86_64: "BOOTX64.EFI",
  i386: "BOOTIA32.EFI",
  aarch64: "BOOTAA64.EFI",
  arm: "BOOTARM.EFI",
  riscv64: "BOOTRISCV64.EFI",
  riscv32: "BOOTRISCV32.EFI",
  loongarch64: "BOOTLOONGARCH64.EFI",
};

/** Architectures by the upper-case name of their boot file. */
export const bootFileArchitectures: ReadonlyMap<string, string> = new Map(
  Object.entries(bootFiles).map(([arch, name]) => [name, arch]),
);

/** The name of an architecture's boot file. @throws `SpecError` where UEFI has none. */
export function bootFileName(arch: string): string {
  const name = bootFiles[arch];
  if (name !== undefined) return name;
  throw new SpecError("arch", `${arch} has no boot file name in UEFI; give a disk image instead`);
}

/** An application, and what is to be on its disk besides. */
export interface SystemPartitionRequest {
  readonly application: string;
  readonly arch: string;
  /** Takes the image. */
  readonly directory: string;
  /** Directory whose files are on the same disk. */
  readonly surveyed?: SurveyedDirectory | undefined;
  /** Makes the UEFI shell start the application with it, and not the firmware itself. */
  readonly commandLine?: string | undefined;
  /** The shell that is to do so, as the boot file; otherwise the firmware's own has to start. */
  readonly shell?: string | undefined;
}

/**
 * Makes a FAT file system with the application as its boot file, or for a command line with the
 * script by which the UEFI shell starts it. Firmware takes a disk without a partition table for one
 * partition.
 * @returns the path of the image.
 * @throws `SpecError` for an architecture without a boot file name, and for a command line that the
 *   shell does not take; `HostError` without mtools.
 */
export async function makeSystemPartition(request: SystemPartitionRequest): Promise<string> {
  const { application, arch, commandLine, directory, shell, surveyed } = request;
  const name = bootFileName(arch);
  const image = join(directory, "esp.img");
  const script = join(directory, "startup.nsh");
  if (commandLine !== undefined) await writeFile(script, shellScript(commandLine));
  const starter = commandLine === undefined ? application : shell;
  const bootFiles = starter === undefined ? [] : [{ file: starter, path: `EFI/BOOT/${name}` }];
  const started = [
    { file: application, path: applicationPath },
    { file: script, path: "startup.nsh" },
  ];
  const files = commandLine === undefined ? bootFiles : [...bootFiles, ...started];
  const sizes = await Promise.all(files.map(async ({ file }) => roomFor((await stat(file)).size)));
  const content = {
    sizeBytes: sizes.reduce((sum, size) => sum + size, surveyed?.sizeBytes ?? 0),
    rootEntries: rootEntries + (surveyed?.rootEntries ?? 0),
    sources: surveyed?.names.map((one) => join(surveyed.path, one)) ?? [],
    directories: [
      ...(bootFiles.length > 0 ? ["EFI", "EFI/BOOT"] : []),
      ...(commandLine === undefined ? [] : [dirname(applicationPath)]),
    ],
    files,
  };
  await makeFatDisk(content, image);
  return image;
}
