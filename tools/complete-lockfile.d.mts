/** Types of complete-lockfile.mjs, which is JavaScript because it must run on Node 20. */
interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export function completeLockfile(lockfile: { packages: Record<string, LockedPackage> }): string[];
