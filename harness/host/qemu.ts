/** Finds QEMU and what it can do by asking it; the answers are kept, per binary. */
import { HostError } from "../evidence/index.ts";
import type { Environment } from "../process/index.ts";
import { type Asking, askQmp, askText, quote } from "./ask.ts";
import { type CacheEntry, isRecord } from "./cache.ts";
import { identify, installQemu, locateAllOnPath, locateQemu } from "./locate.ts";
import {
  type DeviceModel,
  isSupported,
  oldestQemu,
  parseAccelerators,
  parseCpuModels,
  parseDataDirectories,
  parseDevices,
  parseMachines,
  parseOptions,
  parseVersion,
  type QemuBinary,
  type QemuVersion,
} from "./qemu-facts.ts";
import { remember, rememberHere } from "./remember.ts";

/** Milliseconds that QEMU may take for one answer; it needs some 50. */
const answerLimitMs = 10_000;
/** How many binaries are asked at the same time; each is asked several things at once. */
const concurrentBinaries = 2;

/** How to look for QEMU. */
export interface FindOptions {
  /** A binary by path or name, or a directory of them; wins over `BRINGUP_QEMU` and PATH. */
  readonly binary?: string | undefined;
  /** Taken in place of `process.env`: PATH, BRINGUP_QEMU, XDG_CACHE_HOME, HOME. */
  readonly environment?: Environment;
  /** Milliseconds for one answer of QEMU; 10,000 by default. */
  readonly limitMs?: number;
}

/** Emulators that run the guests of another architecture as well. */
const alsoRuns: Readonly<Record<string, readonly string[]>> = {
  x86_64: ["i386"],
  aarch64: ["arm"],
};

/**
 * The QEMU that emulates `arch` (the suffix of its name: "x86_64", "aarch64", "riscv64", …).
 * Takes some 0.1 s the first time, well below a millisecond once the answers are kept.
 * @throws `HostError` with what to do if there is none, if it does not run or answer, is not
 *   QEMU, emulates something else, or is older than 7.2. Nothing is left running.
 */
export async function findQemu(arch: string, options: FindOptions = {}): Promise<QemuBinary> {
  const environment = options.environment ?? process.env;
  const located = locateQemu(arch, options.binary, environment);
  const asking = { ...located, limitMs: options.limitMs ?? answerLimitMs };
  const qemu = await examine(asking, arch, environment);
  if (qemu.arch === arch || alsoRuns[qemu.arch]?.includes(arch)) return qemu;
  throw new HostError(
    `name a QEMU for ${arch}: ${located.namedBy} gives ${qemu.path}, which emulates ${qemu.arch} ` +
      "(a directory serves every architecture)",
    { remedy: installQemu(arch, environment) },
  );
}

/**
 * Every `qemu-system-*` on PATH. Those that do not answer as they should are in `failures`.
 * Takes a second or more for a full installation the first time. Never throws.
 */
export async function listQemu(
  options: Omit<FindOptions, "binary"> = {},
): Promise<{ binaries: QemuBinary[]; failures: HostError[] }> {
  const environment = options.environment ?? process.env;
  const queue = [...locateAllOnPath(environment)].sort(([one], [other]) => (one < other ? -1 : 1));
  const binaries: QemuBinary[] = [];
  const failures: HostError[] = [];
  const workers = Array.from({ length: concurrentBinaries }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [arch, path] = next;
      const limitMs = options.limitMs ?? answerLimitMs;
      try {
        binaries.push(await examine({ path, namedBy: "PATH", limitMs }, arch, environment));
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        failures.push(error);
      }
    }
  });
  await Promise.all(workers);
  return { binaries: binaries.sort((one, other) => (one.path < other.path ? -1 : 1)), failures };
}

/** The devices that `-device` of this QEMU takes. @throws `HostError` as `findQemu` does. */
export function listDevices(
  qemu: QemuBinary,
  environment: Environment = process.env,
): Promise<readonly DeviceModel[]> {
  const entry = entryOf<DeviceModel[]>("devices", qemu.path, qemu.identity, Array.isArray);
  return remember(entry, environment, async () =>
    parseDevices(await askText(askingOf(qemu), ["-device", "help"])),
  );
}

/** The models that `-cpu` of this QEMU takes. @throws `HostError` as `findQemu` does. */
export function listCpuModels(
  qemu: QemuBinary,
  environment: Environment = process.env,
): Promise<readonly string[]> {
  const entry = entryOf<string[]>("cpu-models", qemu.path, qemu.identity, Array.isArray);
  const types = { implements: "cpu", abstract: false };
  return remember(entry, environment, async () => {
    const question = { execute: "qom-list-types", arguments: types };
    const [answer] = await askQmp(askingOf(qemu), [question]);
    return parseCpuModels(answer);
  });
}

async function examine(
  asking: Asking,
  arch: string,
  environment: Environment,
): Promise<QemuBinary> {
  const file = identify(asking.path);
  let identity = file.text;
  const version = () =>
    rememberHere(`version of ${file.text}`, () => askVersion(asking, arch, environment));
  // A script's own file says nothing about the program behind it; its version does.
  if (file.isScript) identity += ` ${(await version()).text}`;
  const entry = entryOf<QemuBinary>("qemu", asking.path, identity, isQemuBinary);
  // The version comes first and alone: nothing else is asked of what may not be QEMU at all.
  return remember(entry, environment, async () =>
    interrogate(asking, arch, identity, await version()),
  );
}

async function interrogate(
  asking: Asking,
  arch: string,
  identity: string,
  version: QemuVersion,
): Promise<QemuBinary> {
  const [machines, accelerators, directories, [target, options]] = await Promise.all([
    askText(asking, ["-machine", "help"]),
    askText(asking, ["-accel", "help"]),
    askText(asking, ["-L", "help"]),
    askQmp(asking, [{ execute: "query-target" }, { execute: "query-command-line-options" }]),
  ]);
  return {
    path: asking.path,
    arch: isRecord(target) && typeof target.arch === "string" ? target.arch : arch,
    version,
    machines: parseMachines(machines),
    accelerators: parseAccelerators(accelerators),
    options: parseOptions(options),
    dataDirectories: parseDataDirectories(directories),
    identity,
  };
}

async function askVersion(
  asking: Asking,
  arch: string,
  environment: Environment,
): Promise<QemuVersion> {
  const printed = await askText(asking, ["--version"]);
  const version = parseVersion(printed);
  if (version === undefined) {
    throw new HostError(
      `name a QEMU system emulator in ${asking.namedBy}: ${asking.path} is none; asked for ` +
        `--version, it ended well${quote(printed)}`,
    );
  }
  if (isSupported(version)) return version;
  throw new HostError(
    `install QEMU ${oldestQemu.major}.${oldestQemu.minor} or newer: ${asking.path} (from ` +
      `${asking.namedBy}) is QEMU ${version.text}`,
    { remedy: installQemu(arch, environment) },
  );
}

function askingOf(qemu: QemuBinary): Asking {
  return { path: qemu.path, namedBy: "an earlier look-up", limitMs: answerLimitMs };
}

function entryOf<T>(
  kind: string,
  subject: string,
  key: string,
  isValue: (value: unknown) => boolean,
): CacheEntry<T> {
  return { kind, subject, key, isValue: (value): value is T => isValue(value) };
}

function isQemuBinary(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value.path === "string" &&
    typeof value.arch === "string" &&
    typeof value.identity === "string" &&
    isRecord(value.version) &&
    isRecord(value.options) &&
    [value.machines, value.accelerators, value.dataDirectories].every(Array.isArray)
  );
}
