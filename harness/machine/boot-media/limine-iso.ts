/** A kernel → an ISO image on which Limine starts it, with the files of Limine that are given. */
import { stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SpecError } from "../../evidence/index.ts";
import type { DetectedImage } from "../image-types.ts";
import { type IsoFile, makeIso } from "./iso-image.ts";
import type { PlannedModule } from "./modules.ts";

/** What Limine is to start. */
export interface LimineRequest {
  readonly kernel: string;
  readonly protocol: LimineProtocol;
  readonly commandLine: string | undefined;
  readonly modules: readonly PlannedModule[];
  /** Architecture of the machine: only a PC has a BIOS. */
  readonly isX86: boolean;
  readonly directory: string;
}

export type LimineProtocol = "limine" | "multiboot1" | "multiboot2";

const field = "bootLoader.limine";
/** Where Limine looks for its configuration and its second stage (Limine, USAGE.md). */
const folder = "boot/limine";
const biosFiles = ["limine-bios-cd.bin", "limine-bios.sys"] as const;
const uefiFile = "limine-uefi-cd.bin";
/** Where a build (`make install`) puts the files below its prefix. */
const places = ["", "share/limine", "bin"];

/** How Limine starts a kernel, or `undefined` where it cannot. */
export function limineProtocolOf(image: DetectedImage): LimineProtocol | undefined {
  if (image.kind !== "elf") return undefined;
  if (image.obstacle === "limine") return "limine";
  if (image.multiboot === 1) return "multiboot1";
  if (image.multiboot === 2) return "multiboot2";
  // Other architectures have no other boot loader protocol that could be told apart.
  return image.bootable === "entry" ? "limine" : undefined;
}

/**
 * Makes an image that both a BIOS and UEFI firmware boot, in `directory`.
 * @returns its path.
 * @throws `SpecError` on `bootLoader.limine` where files are missing, and for a command line that
 *   Limine's configuration cannot hold; `HostError` without xorriso.
 */
export async function makeLimineIso(given: string, request: LimineRequest): Promise<string> {
  const { directory, isX86, kernel, modules } = request;
  const image = join(directory, "limine.iso");
  const configuration = join(directory, "limine.conf");
  await writeFile(configuration, limineConfiguration(request));
  const needed = isX86 ? [...biosFiles, uefiFile] : [uefiFile];
  const root = await findLimine(resolve(given), needed);
  const files: IsoFile[] = [
    ...needed.map((name) => ({ name: `${folder}/${name}`, file: join(root, name) })),
    { name: `${folder}/limine.conf`, file: configuration },
    { name: "boot/kernel", file: kernel },
    ...modules.map(({ file }, index) => ({ name: `boot/module${index}`, file })),
  ];
  const bios = isX86 ? { biosEntry: `${folder}/${biosFiles[0]}` } : {};
  await makeIso({ files, ...bios, uefiEntry: `${folder}/${uefiFile}` }, image);
  return image;
}

async function findLimine(root: string, needed: readonly string[]): Promise<string> {
  for (const place of places) {
    const directory = join(root, place);
    const present = await Promise.all(needed.map((name) => isFile(join(directory, name))));
    if (present.every((isThere) => isThere)) return directory;
  }
  throw new SpecError(
    field,
    `${root} has not all of ${needed.join(", ")}; give the directory of a binary release of ` +
      'Limine 8 or newer, or what its "make install" made',
  );
}

/**
 * Limine's configuration. The kernel's path has two names, because Limine 8 knows the one and later
 * ones prefer the other; a key that is not known is passed over (Limine, CONFIG.md).
 */
export function limineConfiguration(
  request: Pick<LimineRequest, "protocol" | "commandLine" | "modules">,
): string {
  const { commandLine, modules, protocol } = request;
  const ofModule = protocol === "limine" ? "module_cmdline" : "module_string";
  const lines = [
    `protocol: ${protocol}`,
    "path: boot():/boot/kernel",
    "kernel_path: boot():/boot/kernel",
    ...assignment("cmdline", commandLine, "commandLine"),
    ...modules.flatMap((module, index) => [
      `module_path: boot():/boot/module${index}`,
      ...assignment(ofModule, module.commandLine, module.commandLineField),
    ]),
  ];
  const entry = lines.map((line) => `    ${line}\n`).join("");
  return `timeout: 0\n\n/kernel under test\n${entry}`;
}

function assignment(key: string, value: string | undefined, where: string): string[] {
  if (value === undefined || value === "") return [];
  const unfit = /[\r\n]|\$\{/.exec(value)?.[0] ?? (value.trim() === value ? undefined : " ");
  if (unfit === undefined) return [`${key}: ${value}`];
  throw new SpecError(
    where,
    `has ${JSON.stringify(unfit)} where Limine's configuration cannot hold it; ` +
      "leave out line ends, macros, and spaces at either end",
  );
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
