/** Types of requirements.mjs, which is JavaScript because it must run on Node 20. */
import type { PackageManager, PackageNames } from "../../harness/host/package-names.mjs";

export interface Requirement {
  readonly id: string;
  /** What it is for, to follow a colon. */
  readonly purpose: string;
  readonly neededBy: {
    readonly users?: "required" | "optional";
    readonly development?: "required" | "optional";
  };
  /** Values of `process.platform` on which it exists at all. */
  readonly platforms: readonly string[];
  /** What has to be there before it can be told whether this is: distributions differ in it. */
  readonly after?: string;
  /** A program on PATH. Each requirement has this or `files`. */
  readonly command?: string;
  /** Paths of which one must exist; `*` stands for anything in the file's name. */
  readonly files?: readonly string[];
  readonly packages: PackageNames;
}

export interface RequirementTable {
  /** The releases whose archives have every package of theirs, by package manager. */
  readonly releases: Readonly<Record<string, readonly string[]>>;
  readonly requirements: readonly Requirement[];
}

/** The computer as the functions here see it. */
export interface Environment {
  readonly platform: string;
  readonly path: string;
  /** Text of /etc/os-release, or an empty string. */
  readonly osRelease: string;
}

export function findCommand(name: string, path: string): string | undefined;
export function fileExists(pattern: string): boolean;
export function missingRequirements(
  table: Pick<RequirementTable, "requirements">,
  environment: Environment,
  audience?: "users" | "development",
  need?: "required" | "optional",
): Requirement[];
export function packageManager(environment: Environment): PackageManager | undefined;
export function packagesFor(
  manager: PackageManager,
  missing: readonly Requirement[],
  environment: Environment,
): string[];
export function unpackaged(
  manager: PackageManager,
  missing: readonly Requirement[],
  environment: Environment,
): Requirement[];
export function printedCommand(
  manager: PackageManager,
  missing: readonly Requirement[],
  environment: Environment,
  isRoot: boolean,
): string;
