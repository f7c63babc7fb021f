/**
 * Which command installs what is missing, on this distribution. The packages come from
 * `requirements.json`, the one table that set-up reads too.
 */
import { readFileSync } from "node:fs";
import { type Environment, environmentValue, findOnPath } from "../process/index.ts";
import { isRecord } from "./cache.ts";
import {
  choosePackageManager,
  type PackageManager,
  type PackageNames,
  packageManagers,
  packagesOfAll,
  releaseNames,
  typedCommand,
} from "./package-names.mjs";

/** One row of the table, as far as this file needs it. */
export interface Requirement {
  readonly id: string;
  /** The program whose presence shows that the requirement is met. */
  readonly command?: string;
  readonly packages: PackageNames;
}

/** A distribution, as far as this file needs it. */
export interface Distribution {
  readonly manager: PackageManager;
  /** Text of /etc/os-release, or an empty string. */
  readonly osRelease: string;
}

/** The build of the package copies it, so that it lies beside this file there too. */
const tableFile = new URL("./requirements.json", import.meta.url);

/**
 * The command that installs the requirements with these ids or programs ("ovmf",
 * "qemu-system-riscv64"), for a person to type.
 * @returns `undefined` where this release has no packages for them, or no package manager is found.
 */
export function installCommand(
  wanted: readonly string[],
  environment: Environment = process.env,
): string | undefined {
  const distribution = thisDistribution(environment);
  const isRoot = process.getuid?.() === 0;
  return distribution && formatInstallCommand(readTable(), wanted, distribution, isRoot);
}

/** What that command installs; the ids themselves where the packages are not known. */
export function packagesOf(
  wanted: readonly string[],
  environment: Environment = process.env,
): readonly string[] {
  const distribution = thisDistribution(environment);
  const packages = distribution === undefined ? [] : packagesIn(readTable(), wanted, distribution);
  return packages.length === 0 ? wanted : packages;
}

function thisDistribution(environment: Environment): Distribution | undefined {
  const present = packageManagers.filter(
    ({ program }) => findOnPath(program, environmentValue("PATH", environment)) !== undefined,
  );
  const osRelease = readText("/etc/os-release");
  const manager = choosePackageManager(present, osRelease);
  return manager && { manager, osRelease };
}

/** The pure half of `installCommand`. */
export function formatInstallCommand(
  table: readonly Requirement[],
  wanted: readonly string[],
  distribution: Distribution,
  isRoot: boolean,
): string | undefined {
  const packages = packagesIn(table, wanted, distribution);
  if (packages.length === 0) return undefined;
  return typedCommand(distribution.manager, [], packages, isRoot);
}

function packagesIn(
  table: readonly Requirement[],
  wanted: readonly string[],
  { manager, osRelease }: Distribution,
): string[] {
  const rows = table.filter(
    ({ id, command }) => wanted.includes(id) || (command !== undefined && wanted.includes(command)),
  );
  return packagesOfAll(rows, manager.name, releaseNames(osRelease));
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
