/**
 * Which command installs what is missing, on this distribution. The packages come from
 * `requirements.json`, the one table that set-up reads too.
 */
import { readFileSync } from "node:fs";
import { type Environment, isRecord } from "./cache.ts";
import { findOnPath } from "./search-path.ts";

/** One row of the table, as far as this file needs it. */
export interface Requirement {
  readonly id: string;
  /** The program whose presence shows that the requirement is met. */
  readonly command?: string;
  /** Package names by package manager. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
}

interface PackageManager {
  readonly name: string;
  readonly program: string;
  /** What a person types before the package names. */
  readonly words: string;
  /** Words of `ID` and `ID_LIKE` in os-release(5) that make it this distribution's own. */
  readonly families: readonly string[];
}

const managers: readonly PackageManager[] = [
  { name: "apt", program: "apt-get", words: "apt-get install", families: ["debian", "ubuntu"] },
  { name: "dnf", program: "dnf", words: "dnf install", families: ["fedora", "rhel", "centos"] },
  { name: "zypper", program: "zypper", words: "zypper install", families: ["suse", "opensuse"] },
  { name: "pacman", program: "pacman", words: "pacman -S --needed", families: ["arch"] },
  { name: "brew", program: "brew", words: "brew install", families: [] },
];

/** The build of the package copies it, so that it lies beside this file there too. */
const tableFile = new URL("./requirements.json", import.meta.url);

/**
 * The command that installs the requirements with these ids or programs ("ovmf",
 * "qemu-system-riscv64"), for a person to type.
 * @returns `undefined` where the table does not know them or no package manager is found.
 */
export function installCommand(
  wanted: readonly string[],
  environment: Environment = process.env,
): string | undefined {
  const manager = presentManager(environment);
  const isRoot = process.getuid?.() === 0;
  return manager && formatInstallCommand(readTable(), wanted, manager, isRoot);
}

/** What that command installs; the ids themselves where the packages are not known. */
export function packagesOf(
  wanted: readonly string[],
  environment: Environment = process.env,
): readonly string[] {
  const manager = presentManager(environment);
  const packages = manager === undefined ? [] : packagesIn(readTable(), wanted, manager);
  return packages.length === 0 ? wanted : packages;
}

function presentManager(environment: Environment): PackageManager | undefined {
  const present = managers.filter(
    ({ program }) => findOnPath(program, environment.PATH) !== undefined,
  );
  return chooseManager(present, readText("/etc/os-release"));
}

/** The pure half of `installCommand`. */
export function formatInstallCommand(
  table: readonly Requirement[],
  wanted: readonly string[],
  manager: PackageManager,
  isRoot: boolean,
): string | undefined {
  const packages = packagesIn(table, wanted, manager);
  if (packages.length === 0) return undefined;
  const words = `${manager.words} ${packages.join(" ")}`;
  // Homebrew refuses to run as root; the others need it.
  return isRoot || manager.name === "brew" ? words : `sudo ${words}`;
}

/** The packages of one package manager, each once. */
export function packagesIn(
  table: readonly Requirement[],
  wanted: readonly string[],
  manager: PackageManager,
): string[] {
  const rows = table.filter(
    ({ id, command }) => wanted.includes(id) || (command !== undefined && wanted.includes(command)),
  );
  return [...new Set(rows.flatMap((row) => row.packages[manager.name] ?? []))];
}

/** Where several are installed (Fedora packages apt, for one) the distribution's own is meant. */
export function chooseManager(
  present: readonly PackageManager[],
  osRelease: string,
): PackageManager | undefined {
  const families = [...osRelease.matchAll(/^ID(?:_LIKE)?=["']?([^"'\n]*)/gm)].flatMap((match) =>
    (match[1] ?? "").split(/[\s-]+/),
  );
  return present.find((one) => one.families.some((word) => families.includes(word))) ?? present[0];
}

/** The managers by name, for tables of tests and for `doctor`. */
export function packageManagerNamed(name: string): PackageManager | undefined {
  return managers.find((manager) => manager.name === name);
}

function readTable(): Requirement[] {
  const table: unknown = JSON.parse(readText(tableFile) || "{}");
  return isRecord(table) && Array.isArray(table.requirements) ? table.requirements : [];
}

function readText(file: string | URL): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Only Linux distributions have os-release, and an error message must not die of its remedy.
    return "";
  }
}
