/**
 * QEMU's firmware descriptors: JSON files that say which file is what firmware for which machines.
 * Format and search order: QEMU, docs/interop/firmware.json. Pure: reads no file.
 */
import { isRecord } from "./cache.ts";

/** A file of a firmware and the block format that it has ("raw", "qcow2"). */
export interface FirmwareFile {
  readonly path: string;
  readonly format: string;
}

/** How the firmware gets into the machine. */
export type FirmwareMapping =
  /** Two flash chips; without `variables` ("stateless") just one. */
  | {
      readonly device: "flash";
      readonly code: FirmwareFile;
      readonly variables: FirmwareFile | null;
    }
  /** Loaded with `-bios`, keeps no variables. */
  | { readonly device: "memory"; readonly code: FirmwareFile };

/** One descriptor, as far as it is needed to choose. */
export interface FirmwareDescriptor {
  readonly description: string;
  /** "uefi", "bios", "openfirmware", "uboot". */
  readonly interfaces: readonly string[];
  readonly mapping: FirmwareMapping;
  readonly targets: readonly { readonly architecture: string; readonly machines: string[] }[];
  readonly features: readonly string[];
}

/** What is looked for. */
export interface FirmwareWish {
  readonly arch: string;
  /** Every name of the machine type: targets are patterns on the full one ("pc-q35-*"). */
  readonly machineNames: readonly string[];
  readonly interface: string;
  readonly secureBoot: boolean;
}

/**
 * Reads a descriptor.
 * @returns why it cannot be used, in words, where it cannot.
 */
export function parseDescriptor(text: string): FirmwareDescriptor | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return `is not JSON: ${(error as Error).message}`;
  }
  if (!isRecord(parsed)) return "is not a JSON object";
  const mapping = parseMapping(parsed.mapping);
  if (typeof mapping === "string") return mapping;
  if (!Array.isArray(parsed.targets)) return "has no list of targets";
  return {
    description: typeof parsed.description === "string" ? parsed.description : "",
    interfaces: strings(parsed["interface-types"]),
    mapping,
    targets: parsed.targets.filter(isRecord).map((target) => ({
      architecture: String(target.architecture),
      machines: strings(target.machines),
    })),
    features: strings(parsed.features),
  };
}

/** How the reason begins where firmware for the architecture is there, but for other machines. */
export const otherMachines = "is for the machines";

/**
 * How well the descriptor fits.
 * @returns a rank, the lower the better, or why it does not fit, in words.
 */
export function judgeDescriptor(
  descriptor: FirmwareDescriptor,
  wish: FirmwareWish,
): number | string {
  const { features, interfaces, mapping, targets } = descriptor;
  if (!interfaces.includes(wish.interface)) return `is not ${wish.interface} firmware`;
  const ofArch = targets.filter(({ architecture }) => architecture === wish.arch);
  if (ofArch.length === 0) return `is not for ${wish.arch}`;
  const patterns = ofArch.flatMap(({ machines }) => machines);
  if (!wish.machineNames.some((name) => patterns.some((one) => matchesGlob(one, name)))) {
    return `${otherMachines} ${patterns.join(", ")}`;
  }
  const isSecure = features.includes("secure-boot");
  if (wish.secureBoot && !isSecure) return "has no Secure Boot";
  if (!wish.secureBoot && features.includes("enrolled-keys")) {
    return "starts only signed programs (it has keys enrolled)";
  }
  if (!wish.secureBoot && features.includes("requires-smm")) return "needs SMM";
  // Flash with variables is what real machines have. Builds for confidential guests lack it.
  const byMapping = mapping.device === "memory" ? 4 : mapping.variables === null ? 2 : 0;
  return byMapping + (isSecure === wish.secureBoot ? 0 : 1);
}

/** Shell patterns as the descriptors use them: `*` and `?`. */
export function matchesGlob(pattern: string, name: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(name);
}

function parseMapping(mapping: unknown): FirmwareMapping | string {
  if (!isRecord(mapping)) return "has no mapping";
  if (mapping.device === "memory") {
    if (typeof mapping.filename !== "string") return "names no file";
    return { device: "memory", code: { path: mapping.filename, format: "raw" } };
  }
  if (mapping.device !== "flash") return `maps to the device "${String(mapping.device)}"`;
  // "split" is what the field means where it is missing: it came with QEMU 6.2.
  const mode = mapping.mode ?? "split";
  if (mode !== "split" && mode !== "stateless") {
    return `keeps code and variables in one file (mode "${String(mode)}")`;
  }
  const code = parseFile(mapping.executable);
  if (code === undefined) return "names no executable";
  const variables = parseFile(mapping["nvram-template"]) ?? null;
  return { device: "flash", code, variables: mode === "stateless" ? null : variables };
}

function parseFile(file: unknown): FirmwareFile | undefined {
  if (!isRecord(file) || typeof file.filename !== "string") return undefined;
  return { path: file.filename, format: typeof file.format === "string" ? file.format : "raw" };
}

function strings(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((entry) => typeof entry === "string") : [];
}
