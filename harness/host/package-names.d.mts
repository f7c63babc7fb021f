/** Types of package-names.mjs, which is JavaScript because set-up must run on Node 20. */

export interface PackageManager {
  readonly name: "apt" | "dnf" | "zypper" | "pacman" | "brew";
  readonly program: string;
  /** What a person types before the package names. */
  readonly words: string;
  /** Words of `ID` and `ID_LIKE` in os-release(5) that make it this distribution's own. */
  readonly families: readonly string[];
}

/**
 * Package names by package manager ("apt"), and by package manager and release ("apt/bookworm")
 * where a release calls them otherwise. An empty list: there is none.
 */
export type PackageNames = Readonly<Record<string, readonly string[]>>;

interface Packaged {
  readonly packages: PackageNames;
}

export const packageManagers: readonly PackageManager[];
export function choosePackageManager(
  present: readonly PackageManager[],
  osRelease: string,
): PackageManager | undefined;
export function releaseNames(osRelease: string): string[];
export function releaseTitle(osRelease: string): string;
export function packagesOnRelease(
  requirement: Packaged,
  manager: PackageManager["name"],
  names: readonly string[],
): readonly string[];
export function packagesOfAll(
  requirements: readonly Packaged[],
  manager: PackageManager["name"],
  names: readonly string[],
): string[];
export function typedCommand(
  manager: PackageManager,
  options: readonly string[],
  packages: readonly string[],
  isRoot: boolean,
): string;
