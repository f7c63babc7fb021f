/** What is known of a firmware file that somebody gives by its path. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { firmwareDirectories, listDescriptors } from "./firmware.ts";
import { type FirmwareDescriptor, parseDescriptor } from "./firmware-descriptor.ts";

/** Code of UEFI firmware that has its variables in another file. */
export interface FirmwareFileFacts {
  /** Suffix of the emulator that runs it; `undefined` where nothing tells. */
  readonly arch: string | undefined;
  /** Template of its variables, where there is one. */
  readonly variables: string | undefined;
  /** Whether it runs only with System Management Mode, which on a PC is the machine `q35`. */
  readonly requiresSmm: boolean;
}

/**
 * By QEMU's firmware descriptors, which say it for sure; else by the names that edk2's packages
 * give such files: `OVMF_CODE…` beside `OVMF_VARS…`.
 * @returns `undefined` for any other file, which is given to QEMU as it is.
 */
export function describeFirmwareFile(
  path: string,
  directories: readonly string[] = firmwareDirectories({ dataDirectories: [] }),
): FirmwareFileFacts | undefined {
  const file = resolve(path);
  for (const descriptor of listDescriptors(directories)) {
    const parsed = read(descriptor);
    if (parsed === undefined || parsed.mapping.device !== "flash") continue;
    if (parsed.mapping.code.path === file) return fromDescriptor(parsed);
  }
  return fromName(file);
}

function read(path: string): FirmwareDescriptor | undefined {
  try {
    const parsed = parseDescriptor(readFileSync(path, "utf8"));
    return typeof parsed === "string" ? undefined : parsed;
  } catch {
    // What cannot be read says nothing of the file.
    return undefined;
  }
}

function fromDescriptor({ features, mapping, targets }: FirmwareDescriptor): FirmwareFileFacts {
  const architectures = [...new Set(targets.map(({ architecture }) => architecture))];
  return {
    arch: architectures.includes("x86_64") ? "x86_64" : architectures[0],
    variables: mapping.device === "flash" ? mapping.variables?.path : undefined,
    requiresSmm: features.includes("requires-smm"),
  };
}

const archOfName: Readonly<Record<string, string>> = { OVMF: "x86_64", AAVMF: "aarch64" };
/** Builds with Secure Boot, of Debian and Fedora; on a PC edk2 needs SMM for it. */
const secureBuild = /\.(?:secboot|ms|snakeoil)\b/;

function fromName(file: string): FirmwareFileFacts | undefined {
  const name = basename(file);
  const kind = /^(OVMF|AAVMF)_CODE[._]/.exec(name)?.[1];
  if (kind === undefined) return undefined;
  const own = name.replace("_CODE", "_VARS");
  const candidates = [own, own.replace(secureBuild, "")].map((one) => join(dirname(file), one));
  return {
    arch: archOfName[kind],
    variables: candidates.find((one) => existsSync(one)),
    requiresSmm: kind === "OVMF" && (secureBuild.test(name) || secureBuild.test(realName(file))),
  };
}

/** A name may stand for another build. */
function realName(file: string): string {
  try {
    return basename(realpathSync(file));
  } catch {
    return basename(file);
  }
}
