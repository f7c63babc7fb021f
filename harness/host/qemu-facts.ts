/** What QEMU prints about itself, as data. Pure: every function takes text and asks nobody. */

/** A version of QEMU. `text` is its own line, with the distribution's suffix. */
export interface QemuVersion {
  readonly major: number;
  readonly minor: number;
  readonly micro: number;
  readonly text: string;
}

/** A machine type, by its full name ("pc-q35-7.2"), with what else it is called ("q35"). */
export interface MachineType {
  readonly name: string;
  readonly description: string;
  readonly default: boolean;
  readonly deprecated: boolean;
  readonly aliases: readonly string[];
}

/** A device that `-device` takes. */
export interface DeviceModel {
  readonly name: string;
  /** "PCI", "ISA", "virtio-bus", …; `null` where it needs none. */
  readonly bus: string | null;
  readonly description: string;
  readonly aliases: readonly string[];
}

/** One QEMU binary and what it says it can do. Plain JSON. */
export interface QemuBinary {
  /** Absolute path, as it was found; may be a symbolic link or a wrapper script. */
  readonly path: string;
  /** What it emulates, in its own words (`query-target`): "x86_64", "aarch64", "riscv64". */
  readonly arch: string;
  readonly version: QemuVersion;
  readonly machines: readonly MachineType[];
  /** What is compiled in ("tcg", "kvm", "hvf"); says nothing of whether the host lets it run. */
  readonly accelerators: readonly string[];
  /** Command-line options by name ("sandbox", "action"), each with its parameters. */
  readonly options: Readonly<Record<string, readonly string[]>>;
  /** Where it looks for ROMs and firmware, best first. */
  readonly dataDirectories: readonly string[];
  /** Changes whenever the binary does. */
  readonly identity: string;
}

/** The oldest QEMU that is supported. */
export const oldestQemu = { major: 7, minor: 2 } as const;

/** Reads the first line of `--version`; `undefined` if it is not QEMU's. */
export function parseVersion(text: string): QemuVersion | undefined {
  const line = text.split("\n", 1)[0]?.trim() ?? "";
  const match = /^QEMU emulator version (\d+)\.(\d+)\.(\d+)/.exec(line);
  if (match === null) return undefined;
  const [major = 0, minor = 0, micro = 0] = match.slice(1).map(Number);
  return { major, minor, micro, text: line.replace(/^QEMU emulator version /, "") };
}

/** `true` if QEMU is at least `oldestQemu`. */
export function isSupported(version: QemuVersion): boolean {
  if (version.major !== oldestQemu.major) return version.major > oldestQemu.major;
  return version.minor >= oldestQemu.minor;
}

/** Reads `-machine help`. Lines of an alias name the machine that they stand for. */
export function parseMachines(text: string): MachineType[] {
  const machines = new Map<string, { type: MachineType; aliases: string[] }>();
  const aliases: { alias: string; of: string }[] = [];
  // The first line is a heading ("Supported machines are:").
  for (const line of text.split("\n").slice(1)) {
    const match = /^(\S+)\s+(.*?)\s*$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const [, name, rest] = match;
    const alias = /\(alias of (\S+)\)$/.exec(rest);
    if (alias?.[1] !== undefined) {
      aliases.push({ alias: name, of: alias[1] });
      continue;
    }
    const own: string[] = [];
    const type: MachineType = {
      name,
      description: rest.replace(/( \(default\)| \(deprecated\))+$/, ""),
      default: / \(default\)/.test(rest),
      deprecated: / \(deprecated\)$/.test(rest),
      aliases: own,
    };
    machines.set(name, { type, aliases: own });
  }
  for (const { alias, of } of aliases) machines.get(of)?.aliases.push(alias);
  return [...machines.values()].map(({ type }) => type);
}

/**
 * The names by which people call this QEMU's machine types: the alias where there is one ("pc"),
 * and not every version that QEMU can still imitate ("pc-i440fx-7.1").
 */
export function machineNames({ machines }: Pick<QemuBinary, "machines">): string[] {
  return machines
    .filter(({ aliases, name }) => aliases.length > 0 || !/-\d+\.\d+$/.test(name))
    .map(({ aliases, name }) => aliases[0] ?? name);
}

/** Reads `-accel help`. `qtest` drives QEMU's own tests and runs no guest, so it is left out. */
export function parseAccelerators(text: string): string[] {
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.trim())
    .filter((name) => /^[a-z0-9]+$/.test(name) && name !== "qtest");
}

/** Reads `-L help`: one directory a line. */
export function parseDataDirectories(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("/"));
}

/** Reads the answer to `query-command-line-options`. */
export function parseOptions(answer: unknown): Record<string, string[]> {
  const options: Record<string, string[]> = {};
  if (!Array.isArray(answer)) return options;
  for (const entry of answer as { option?: unknown; parameters?: unknown }[]) {
    if (typeof entry?.option !== "string" || !Array.isArray(entry.parameters)) continue;
    options[entry.option] = (entry.parameters as { name?: unknown }[])
      .map((parameter) => parameter?.name)
      .filter((name) => typeof name === "string");
  }
  return options;
}

/** Reads `-device help`: `name "virtio-rng-pci", bus PCI, alias "virtio-rng", desc "…"`. */
export function parseDevices(text: string): DeviceModel[] {
  const devices: DeviceModel[] = [];
  for (const line of text.split("\n")) {
    const name = /^name "([^"]+)"/.exec(line)?.[1];
    if (name === undefined) continue;
    const alias = /, alias "([^"]+)"/.exec(line)?.[1];
    devices.push({
      name,
      bus: /, bus ([^\s,]+)/.exec(line)?.[1] ?? null,
      description: /, desc "(.*)"$/.exec(line)?.[1] ?? "",
      aliases: alias === undefined ? [] : [alias],
    });
  }
  return devices;
}

/**
 * CPU models from the answer to `qom-list-types` (implementing "cpu"). `-cpu help` is for people
 * and differs with target and version; the type names are the same scheme everywhere:
 * `<model>-<family>-cpu`, "qemu64-x86_64-cpu", "cortex-a57-arm-cpu".
 */
export function parseCpuModels(answer: unknown): string[] {
  if (!Array.isArray(answer)) return [];
  return (answer as { name?: unknown }[])
    .map((type) => (typeof type?.name === "string" ? type.name : ""))
    .map((name) => /^(.+)-[^-]+-cpu$/.exec(name)?.[1])
    .filter((model) => model !== undefined)
    .sort();
}

/** The machine type of that name or alias. */
export function findMachineType(qemu: QemuBinary, name: string): MachineType | undefined {
  return qemu.machines.find((type) => type.name === name || type.aliases.includes(name));
}

/**
 * Whether the command line takes `-option` (and its `parameter`): "sandbox" is missing where
 * seccomp is not compiled in, "action" and its "panic" tell what the autopsy can rely on.
 */
export function hasOption(qemu: QemuBinary, option: string, parameter?: string): boolean {
  const parameters = Object.hasOwn(qemu.options, option) ? qemu.options[option] : undefined;
  if (parameters === undefined) return false;
  return parameter === undefined || parameters.includes(parameter);
}
