/** Firmware of this computer: UEFI through QEMU's descriptors, ROMs in QEMU's own directories. */
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { HostError } from "../evidence/index.ts";
import { type Environment, userDirectory } from "../process/index.ts";
import {
  type FirmwareDescriptor,
  type FirmwareWish,
  judgeDescriptor,
  otherMachines,
  parseDescriptor,
} from "./firmware-descriptor.ts";
import { installCommand } from "./install.ts";
import { findMachineType, type QemuBinary } from "./qemu-facts.ts";

/** Firmware that a machine can be given. Paths are absolute; nothing in them may be written. */
export interface Firmware {
  /** The descriptor that names it. */
  readonly descriptor: string;
  readonly description: string;
  readonly code: string;
  /** Block format: "raw" or "qcow2". */
  readonly codeFormat: string;
  /** Template of the variable store; `null` where the firmware keeps no variables. */
  readonly variables: string | null;
  readonly variablesFormat: string | null;
  /** "flash": pflash units 0 (code) and 1 (variables). "memory": `-bios`. */
  readonly mapping: "flash" | "memory";
  /** As in the descriptor: "secure-boot", "requires-smm", "enrolled-keys", … */
  readonly features: readonly string[];
}

/** What to look for, and where. */
export interface FirmwareRequest {
  readonly arch: string;
  /** Name or alias of a machine type of `qemu`. */
  readonly machineType: string;
  readonly interface?: "uefi" | "bios";
  /** `true` asks for firmware that enforces signatures; `false` (default) for one that does not. */
  readonly secureBoot?: boolean;
  readonly qemu: QemuBinary;
  readonly environment?: Environment;
  /** Directories of descriptors, most specific first; `firmwareDirectories` by default. */
  readonly directories?: readonly string[];
}

/** Which row of the requirements brings the firmware. */
const requirementOf: Readonly<Record<string, string>> = { x86_64: "ovmf", aarch64: "aavmf" };

/** Large, because every chunk is a trip through the thread pool. */
const chunkBytes = 2 * 1024 * 1024;

/**
 * Chooses firmware as management software should: descriptors of all directories sorted by file
 * name, the more specific directory hiding the others, an empty file hiding without replacing
 * (QEMU, docs/interop/firmware.json). Without Secure Boot whatever would refuse unsigned programs
 * or needs SMM is passed over.
 * @throws `HostError` with the command that installs one, and why each that is there was passed
 *   over.
 */
export function findFirmware(request: FirmwareRequest): Firmware {
  const { arch, machineType, qemu, secureBoot = false } = request;
  const environment = request.environment ?? process.env;
  const type = findMachineType(qemu, machineType);
  const machineNames = [machineType, ...(type === undefined ? [] : [type.name, ...type.aliases])];
  const wish = { arch, machineNames, interface: request.interface ?? "uefi", secureBoot };
  const directories = request.directories ?? firmwareDirectories(qemu, environment);
  const passedOver: string[] = [];
  let best: { rank: number; path: string; descriptor: FirmwareDescriptor } | undefined;
  for (const path of listDescriptors(directories)) {
    const judged = judgeFile(path, wish);
    if (judged === undefined) continue;
    if (typeof judged === "string") passedOver.push(`${path} ${judged}`);
    else if (best === undefined || judged.rank < best.rank) best = { path, ...judged };
  }
  if (best !== undefined) return toFirmware(best.path, best.descriptor);
  throw nothingFits(wish, machineType, directories, passedOver, environment);
}

function nothingFits(
  wish: FirmwareWish,
  machineType: string,
  directories: readonly string[],
  passedOver: readonly string[],
  environment: Environment,
): HostError {
  const kind = wish.interface.toUpperCase();
  const wanted = `${kind} firmware${wish.secureBoot ? " with Secure Boot" : ""}`;
  const reasons = passedOver.map((reason) => `\n    ${reason}`).join("");
  const where = `among the descriptors in ${directories.join(", ")}`;
  if (passedOver.some((reason) => reason.includes(otherMachines))) {
    return new HostError(
      `choose another machine type: no ${wanted} for ${wish.arch} is there for ${machineType} ` +
        `${where}${reasons}`,
    );
  }
  const requirement = requirementOf[wish.arch];
  return new HostError(
    `install ${wanted} for ${wish.arch} (machine type ${machineType}): there is none ` +
      `${where}${reasons}`,
    { remedy: requirement && installCommand([requirement], environment) },
  );
}

/** Where descriptors are looked for, most specific first: the user's, the system's, QEMU's own. */
export function firmwareDirectories(
  qemu: Pick<QemuBinary, "dataDirectories">,
  environment: Environment = process.env,
): string[] {
  const configuration = userDirectory("XDG_CONFIG_HOME", ".config", environment);
  return [
    ...new Set([
      join(configuration, "qemu", "firmware"),
      "/etc/qemu/firmware",
      ...qemu.dataDirectories.map((directory) => join(directory, "firmware")),
      "/usr/share/qemu/firmware",
    ]),
  ];
}

/** Paths of the descriptors that count, sorted by file name. */
export function listDescriptors(directories: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const directory of directories) {
    for (const name of namesIn(directory)) {
      if (name.endsWith(".json") && !byName.has(name)) byName.set(name, join(directory, name));
    }
  }
  const sorted = [...byName].sort(([one], [other]) => (one < other ? -1 : 1));
  return sorted.map(([, path]) => path);
}

/** Why the descriptor does not fit, in words; `undefined` if it is for another architecture. */
function judgeFile(
  path: string,
  wish: FirmwareWish,
): { rank: number; descriptor: FirmwareDescriptor } | string | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return `cannot be read: ${(error as Error).message}`;
  }
  if (text === "") return "is empty, which hides descriptors of that name";
  const descriptor = parseDescriptor(text);
  if (typeof descriptor === "string") return descriptor;
  if (!descriptor.targets.some(({ architecture }) => architecture === wish.arch)) return undefined;
  const rank = judgeDescriptor(descriptor, wish);
  if (typeof rank === "string") return rank;
  const { mapping } = descriptor;
  const files = [mapping.code, ...(mapping.device === "flash" ? [mapping.variables] : [])];
  const missing = files.find((file) => file !== null && !isReadable(file.path));
  return missing ? `names ${missing.path}, which cannot be read` : { rank, descriptor };
}

function toFirmware(path: string, { description, mapping, features }: FirmwareDescriptor) {
  const variables = mapping.device === "flash" ? mapping.variables : null;
  return {
    descriptor: path,
    description,
    code: mapping.code.path,
    codeFormat: mapping.code.format,
    variables: variables?.path ?? null,
    variablesFormat: variables?.format ?? null,
    mapping: mapping.device,
    features,
  };
}

/**
 * Makes a machine's own copy of the variable store in `directory`, mode 0600. Runs of zeros, which
 * is most of it (64 MiB on Arm), become holes: a sixth of the time, and no disk.
 * @returns the path of the copy, or `null` where the firmware keeps no variables.
 * @throws `HostError` if it cannot be read or written.
 */
export async function copyVariables(
  firmware: Pick<Firmware, "variables">,
  directory: string,
): Promise<string | null> {
  if (firmware.variables === null) return null;
  const copy = join(directory, "variables.fd");
  try {
    await using source = await open(firmware.variables, "r");
    await using target = await open(copy, "wx", 0o600);
    await copySparsely(source, target);
  } catch (error) {
    throw new HostError(
      `cannot copy the firmware's variables ${firmware.variables} to ${directory}: ` +
        (error as Error).message,
      { cause: error },
    );
  }
  return copy;
}

async function copySparsely(source: FileHandle, target: FileHandle): Promise<void> {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  const zeros = Buffer.alloc(chunkBytes);
  const { size } = await source.stat();
  for (let position = 0; position < size; ) {
    const { bytesRead } = await source.read(chunk, 0, chunkBytes, position);
    if (bytesRead === 0) break;
    const read = chunk.subarray(0, bytesRead);
    if (!read.equals(zeros.subarray(0, bytesRead))) {
      await target.write(read, 0, bytesRead, position);
    }
    position += bytesRead;
  }
  await target.truncate(size);
}

/**
 * The path of a ROM that comes with QEMU ("qboot.rom", "bios-256k.bin"), or `null` if none of its
 * data directories has it.
 */
export function findRom(qemu: Pick<QemuBinary, "dataDirectories">, name: string): string | null {
  return qemu.dataDirectories.map((directory) => join(directory, name)).find(isReadable) ?? null;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Most of these directories do not exist on most computers.
    return [];
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
