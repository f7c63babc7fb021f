/** The check of a spec that may come from JavaScript or JSON. */
import { SpecError, toPlainData } from "../evidence/index.ts";
import { isPattern } from "../serial/index.ts";
import { checkDevice } from "./devices/device-check.ts";
import { exitDeviceTakes, isExitDeviceChoice } from "./exit-device.ts";
import { areExitOutcomes, exitOutcomesTakes } from "./exit-outcomes.ts";
import { parseAddress } from "./flat-binary.ts";
import { noField } from "./no-field.ts";
import { areSerialPorts, checkEncodings, isDebugConsole, serialPortsTakes } from "./port-specs.ts";
import { type Disk, diskBuses, type MachineSpec, type SpecChanges } from "./spec.ts";

type Check = { readonly takes: string; readonly accepts: (value: unknown) => boolean };

const text: Check = {
  takes: "a non-empty string",
  accepts: (value) => typeof value === "string" && value !== "" && !value.includes("\0"),
};
const anyText: Check = {
  takes: "a string without NUL",
  accepts: (value) => typeof value === "string" && !value.includes("\0"),
};
const flag: Check = { takes: "true or false", accepts: (value) => typeof value === "boolean" };
const texts: Check = {
  takes: "an array of non-empty strings",
  accepts: (value) => Array.isArray(value) && value.every(text.accepts),
};

function oneOf(...choices: readonly string[]): Check {
  return {
    takes: `one of ${choices.map((choice) => `"${choice}"`).join(", ")}`,
    accepts: (value) => choices.includes(value as string),
  };
}

function wholeNumber(least: number, most: number): Check {
  return {
    takes: `a whole number from ${least} to ${most}`,
    accepts: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  };
}

const diskFields: Record<keyof Disk, Check> = {
  file: text,
  bus: oneOf(...diskBuses),
  format: text,
  readOnly: flag,
  persist: flag,
  size: {
    takes: '"64M", "1G" or a number of bytes, 1 MiB at least',
    accepts: (value) => memoryBytes(value) !== undefined,
  },
  serialNumber: {
    takes: "up to 20 printable characters",
    accepts: (value) => typeof value === "string" && /^[\x20-\x7e]{1,20}$/.test(value),
  },
  limits: { takes: "an object of numbers", accepts: isObject },
  errors: { takes: "an array of errors", accepts: Array.isArray },
};

const bootModules: Check = {
  takes: "an array of paths or { file, commandLine? }",
  accepts: (value) => Array.isArray(value) && value.every(isBootModule),
};
const bootLoader: Check = {
  takes: '"grub" or { limine: "a directory" }',
  accepts: (value) =>
    value === "grub" ||
    (isObject(value) && text.accepts(value.limine) && Object.keys(value).length === 1),
};

const fields: Record<keyof MachineSpec, Check> = {
  kernel: text,
  initrd: text,
  commandLine: anyText,
  modules: bootModules,
  bootLoader,
  deviceTree: text,
  loadAddress: {
    takes: 'an address of at most 64 bits: a number, or a string such as "0x40080000"',
    accepts: (value) => parseAddress(value) !== undefined,
  },
  symbols: text,
  firmware: {
    takes: '"bios", "uefi", "none", a path, or { code, variables? }',
    accepts: (value) =>
      text.accepts(value) ||
      (isObject(value) &&
        text.accepts(value.code) &&
        Object.keys(value).every((key) => key === "code" || key === "variables") &&
        (value.variables === undefined || text.accepts(value.variables))),
  },
  disks: { takes: "an array of paths or disks", accepts: Array.isArray },
  devices: { takes: "an array of devices such as usb.xhci()", accepts: Array.isArray },
  cdrom: text,
  directory: text,
  arch: text,
  machine: text,
  cpu: text,
  cpus: wholeNumber(1, 1024),
  memory: {
    takes: 'a size such as "128M" or "1G", or a number of bytes of at least 1 MiB',
    accepts: (value) => memoryBytes(value) !== undefined,
  },
  accelerator: oneOf("auto", "kvm", "tcg", "hvf"),
  serialPorts: { takes: serialPortsTakes, accepts: areSerialPorts },
  display: oneOf("std", "virtio", "ramfb", "none"),
  debugConsole: { takes: "true, false or { encoding }", accepts: isDebugConsole },
  exitDevice: { takes: exitDeviceTakes, accepts: isExitDeviceChoice },
  exitOutcomes: { takes: exitOutcomesTakes, accepts: areExitOutcomes },
  onReset: oneOf("stop", "continue"),
  clock: oneOf("host", "virtual"),
  failOn: {
    takes: "an array of strings and regular expressions, none of which the empty text satisfies",
    accepts: (value) => Array.isArray(value) && value.every(isPattern),
  },
  bootTimeoutMs: wholeNumber(1, 86_400_000),
  qemu: text,
  qemuArguments: texts,
  debug: flag,
};

const changedFields = Object.fromEntries(
  Object.entries(fields).map(([name, check]) => [
    name,
    { ...check, accepts: (value: unknown) => value === null || check.accepts(value) },
  ]),
) as Record<keyof MachineSpec, Check>;

/**
 * Checks a spec that may come from JavaScript or JSON.
 * @returns the same fields without those that are `undefined`.
 * @throws `SpecError` naming the field, what it got and what it takes.
 */
export function checkSpec(spec: unknown): MachineSpec {
  return checked(spec, fields) as MachineSpec;
}

/** As `checkSpec`, for a spec that may have `null` for a field. @throws as `checkSpec`. */
export function checkChanges(changes: unknown): SpecChanges {
  return checked(changes, changedFields) as SpecChanges;
}

function checked(
  spec: unknown,
  known: Readonly<Record<keyof MachineSpec, Check>>,
): Record<string, unknown> {
  if (!isObject(spec)) {
    throw new SpecError("spec", `got ${show(spec)}, takes an object such as { kernel: "a.elf" }`);
  }
  checkFields(spec, known, "", "a machine");
  const disks = spec.disks as readonly unknown[] | null | undefined;
  disks?.forEach((disk, index) => {
    if (text.accepts(disk)) return;
    const at = `disks[${index}]`;
    if (!isObject(disk)) {
      throw new SpecError(at, `got ${show(disk)}, takes a path or { file, bus?, … }`);
    }
    checkFields(disk, diskFields, `${at}.`, "a disk");
    if (disk.file === undefined && disk.size === undefined) {
      throw new SpecError(`${at}.file`, "is missing: give the image, or size for an empty disk");
    }
  });
  const devices = spec.devices as readonly unknown[] | null | undefined;
  for (const [index, given] of devices?.entries() ?? []) checkDevice(given, `devices[${index}]`);
  checkEncodings(spec);
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}

function checkFields(
  given: Record<string, unknown>,
  known: Readonly<Record<string, Check>>,
  prefix: string,
  what: string,
): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const check = Object.hasOwn(known, name) ? known[name] : undefined;
    if (check === undefined) {
      throw new SpecError(prefix + name, noField(name, Object.keys(known), what));
    }
    if (!check.accepts(value)) {
      throw new SpecError(prefix + name, `got ${show(value)}, takes ${check.takes}`);
    }
  }
}

const units: Record<string, number> = { "": 1024 ** 2, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** Bytes of a memory size; a bare number in a string is MiB, as in QEMU's `-m`. */
export function memoryBytes(memory: unknown): number | undefined {
  const match = typeof memory === "string" ? /^(\d{1,9})([KMG]?)$/i.exec(memory) : null;
  const unit = units[(match?.[2] ?? "").toUpperCase()] ?? 1;
  const sizeBytes = match === null ? memory : Number(match[1]) * unit;
  if (typeof sizeBytes !== "number" || !Number.isInteger(sizeBytes)) return undefined;
  return sizeBytes >= 1024 ** 2 ? sizeBytes : undefined;
}

function isBootModule(value: unknown): boolean {
  if (text.accepts(value)) return true;
  if (!isObject(value) || !text.accepts(value.file)) return false;
  const { commandLine, ...rest } = value;
  const isText = commandLine === undefined || anyText.accepts(commandLine);
  return isText && Object.keys(rest).length === 1;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol" || value === undefined) return String(value);
  const json = typeof value === "bigint" ? `${value}n` : JSON.stringify(toPlainData(value));
  return json.length > 80 ? `${json.slice(0, 77)}…` : json;
}
