/**
 * A Multiboot kernel → an ISO image on which GRUB starts it. grub-mkrescue would put all of GRUB's
 * modules on the image, which takes seconds; a GRUB with just what is needed takes a tenth of one,
 * so nothing has to be kept from run to run.
 */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HostError, SpecError } from "../../evidence/index.ts";
import { installCommand } from "../../host/index.ts";
import { runProgram } from "../../process/index.ts";
import { makeSystemPartition } from "./efi-system-partition.ts";
import { findTool } from "./image-tools.ts";
import { type IsoFile, makeIso } from "./iso-image.ts";
import type { PlannedModule } from "./modules.ts";

/** What GRUB is to start, and by which firmware. */
export interface GrubRequest {
  readonly kernel: string;
  readonly version: 1 | 2;
  readonly commandLine: string | undefined;
  readonly modules: readonly PlannedModule[];
  readonly isUefi: boolean;
  readonly directory: string;
}

/** One of GRUB's ports: its folder of modules, and what `grub-mkimage` makes of it. */
interface GrubPort {
  readonly platform: string;
  readonly format: string;
  readonly modules: readonly string[];
  readonly requirement: string;
}

const configuration = "boot/grub/grub.cfg";
const commonModules = "iso9660 search_fs_file normal test echo boot multiboot multiboot2 all_video";
const biosPort: GrubPort = {
  platform: "i386-pc",
  format: "i386-pc-eltorito",
  modules: [...commonModules.split(" "), "biosdisk", "serial", "terminfo", "terminal"],
  requirement: "grub-bios",
};
const uefiPort: GrubPort = {
  platform: "x86_64-efi",
  format: "x86_64-efi",
  modules: commonModules.split(" "),
  requirement: "grub-uefi",
};
/** Where distributions put the modules; Homebrew installs each port as a GRUB of its own. */
const moduleDirectories = [
  "/usr/lib/grub",
  "/usr/share/grub2",
  "/usr/local/lib/grub",
  "/opt/homebrew/opt/i686-elf-grub/lib/i686-elf/grub",
  "/opt/homebrew/opt/x86_64-elf-grub/lib/x86_64-elf/grub",
];

/**
 * Makes the image in `directory`.
 * @returns its path.
 * @throws `HostError` naming the package where a tool or GRUB's modules are missing; `SpecError`
 *   for a command line that GRUB would change.
 */
export async function makeGrubIso(request: GrubRequest): Promise<string> {
  const { directory, isUefi } = request;
  const image = join(directory, "grub.iso");
  const menu = join(directory, "grub.cfg");
  await writeFile(menu, grubConfiguration(request));
  const core = await makeCore(isUefi ? uefiPort : biosPort, directory);
  const loader = isUefi
    ? await makeSystemPartition({ application: core, arch: "x86_64", directory })
    : core;
  const entry = isUefi ? "boot/grub/efi.img" : "boot/grub/eltorito.img";
  const files: IsoFile[] = [
    { name: entry, file: loader },
    { name: configuration, file: menu },
    { name: "boot/kernel", file: request.kernel },
    ...request.modules.map(({ file }, index) => ({ name: `boot/module${index}`, file })),
  ];
  await makeIso({ files, ...(isUefi ? { uefiEntry: entry } : { biosEntry: entry }) }, image);
  return image;
}

async function makeCore(port: GrubPort, directory: string): Promise<string> {
  const grubMkimage = findTool({
    names: ["grub-mkimage", "grub2-mkimage", "i686-elf-grub-mkimage", "x86_64-elf-grub-mkimage"],
    requirements: ["grub", port.requirement],
    purpose: "it makes the GRUB that starts a Multiboot 2 kernel",
  });
  const modules = moduleDirectories.map((path) => join(path, port.platform)).find(existsSync);
  if (modules === undefined) {
    const where = moduleDirectories.slice(0, 3).join(", ");
    throw new HostError(
      `install GRUB's modules for ${port.platform}: they are in none of ${where}`,
      { remedy: installCommand([port.requirement]) },
    );
  }
  const early = join(directory, "grub-early.cfg");
  await writeFile(early, `search.file /${configuration} root\nnormal /${configuration}\n`);
  const core = join(directory, `grub-${port.platform}.img`);
  const target = ["-d", modules, "-O", port.format, "-p", "/boot/grub", "-c", early, "-o", core];
  await runProgram(grubMkimage, [...target, ...port.modules]);
  return core;
}

/** What GRUB prints when it gives up; one of the fatal patterns. */
const failure = "GRUB has not booted the kernel";

/**
 * GRUB's script. A BIOS prints on the screen, and only when all has failed does GRUB turn to the
 * serial port, where it tries again for its messages to be seen; so where it succeeds, every byte
 * on that port is the guest's. UEFI firmware itself prints there, and GRUB does by its means.
 * @throws `SpecError` for a command line that GRUB would change.
 */
export function grubConfiguration(request: Omit<GrubRequest, "kernel" | "directory">): string {
  const { commandLine = "", isUefi, modules, version } = request;
  const suffix = version === 2 ? "2" : "";
  const commands = [
    `multiboot${suffix} /boot/kernel ${grubWords(commandLine, "commandLine")}`,
    ...modules.map((module, index) => {
      const words = grubWords(module.commandLine ?? "", module.commandLineField);
      return `module${suffix} /boot/module${index} ${words}`;
    }),
  ].map((command) => command.trimEnd());
  const serial = ["serial --unit=0 --speed=115200", "terminal_output serial", ...commands];
  return [
    ...commands.map((command) => `if ${command}; then`),
    "boot",
    ...commands.map(() => "fi"),
    ...(isUefi ? [] : serial),
    `echo "${failure}"`,
    "",
  ].join("\n");
}

/** Each word in quotes of its own; what lies between two spaces is a word, be it empty. */
function grubWords(commandLine: string, field: string): string {
  // GRUB puts a backslash before each of these (grub-core/lib/cmdline.c).
  const changed = /['"\\\n\r]/.exec(commandLine)?.[0];
  if (changed !== undefined) {
    throw new SpecError(
      field,
      `has ${JSON.stringify(changed)}, which GRUB does not hand on as it is; ` +
        "leave out quotes, backslashes and line ends",
    );
  }
  if (commandLine === "") return "";
  return commandLine
    .split(" ")
    .map((word) => `'${word}'`)
    .join(" ");
}
