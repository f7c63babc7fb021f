/** Where the QEMU binaries are: the spec's own, `BRINGUP_QEMU`, or PATH. Runs nothing. */
import { closeSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { HostError } from "../evidence/index.ts";
import {
  type Environment,
  environmentValue,
  findOnPath,
  isExecutable,
  listOnPath,
} from "../process/index.ts";
import { installCommand } from "./install.ts";

/** A binary and who named it, for messages: "the machine's qemu field", "BRINGUP_QEMU", "PATH". */
export interface LocatedQemu {
  readonly path: string;
  readonly namedBy: string;
}

/** Fields of the file that change whenever its content does. */
export interface FileIdentity {
  readonly text: string;
  /** A wrapper script stays the same when the program that it starts is replaced. */
  readonly isScript: boolean;
}

/** What a requirement's program is called, where two emulators come in one package. */
const packagedWith: Readonly<Record<string, string>> = { i386: "x86_64", riscv32: "riscv64" };

/**
 * Finds the binary for `arch`. The first that is given decides; there is no falling back from
 * one that was named to one that was not.
 * @throws `HostError` if it is not there or not executable, with the command that installs it.
 */
export function locateQemu(
  arch: string,
  binary: string | undefined,
  environment: Environment,
): LocatedQemu {
  if (binary !== undefined && binary !== "") {
    return locateNamed(arch, binary, "the machine's qemu field", environment);
  }
  const named = environmentValue("BRINGUP_QEMU", environment);
  if (named !== undefined) {
    return locateNamed(arch, named, "BRINGUP_QEMU", environment);
  }
  const path = findOnPath(`qemu-system-${arch}`, environmentValue("PATH", environment));
  if (path !== undefined) return { path, namedBy: "PATH" };
  throw new HostError(
    `install QEMU for ${arch}, or name a binary in BRINGUP_QEMU: ` +
      `there is no qemu-system-${arch} on PATH`,
    { remedy: installQemu(arch, environment) },
  );
}

/** The command that installs QEMU for `arch`, where it is known. */
export function installQemu(arch: string, environment: Environment): string | undefined {
  return installCommand([`qemu-system-${packagedWith[arch] ?? arch}`], environment);
}

function locateNamed(
  arch: string,
  name: string,
  namedBy: string,
  environment: Environment,
): LocatedQemu {
  // A bare name is looked for like a shell does, anything with a slash is a path.
  const path = name.includes("/")
    ? resolve(name)
    : findOnPath(name, environmentValue("PATH", environment));
  const stats = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  if (path === undefined || stats === undefined) {
    throw new HostError(`correct ${namedBy}: it names ${name}, which does not exist`);
  }
  const file = stats.isDirectory() ? join(path, `qemu-system-${arch}`) : path;
  if (isExecutable(file)) return { path: file, namedBy };
  if (statSync(file, { throwIfNoEntry: false }) === undefined) {
    throw new HostError(
      `correct ${namedBy}: it names the directory ${path}, which has no qemu-system-${arch}`,
    );
  }
  throw new HostError(`make ${file} executable, or correct ${namedBy}, which names it`, {
    remedy: `chmod +x '${file}'`,
  });
}

/** Every `qemu-system-*` on PATH by what it emulates; the first of a name wins. */
export function locateAllOnPath(environment: Environment): Map<string, string> {
  const found = new Map<string, string>();
  // A dash in the suffix ("x86_64-microvm") marks a cut-down build, not an architecture.
  for (const path of listOnPath(
    /^qemu-system-[a-z0-9_]+$/,
    environmentValue("PATH", environment),
  )) {
    const arch = basename(path).slice("qemu-system-".length);
    if (!found.has(arch)) found.set(arch, path);
  }
  return found;
}

/** Real path, size, modification time and inode: cheap, and different after an upgrade. */
export function identify(path: string): FileIdentity {
  const real = realpathSync(path);
  const { size, mtimeNs, ino } = statSync(real, { bigint: true });
  return { text: `${path} ${real} ${size} ${mtimeNs} ${ino}`, isScript: isScript(real) };
}

function isScript(path: string): boolean {
  try {
    const descriptor = openSync(path, "r");
    try {
      const start = Buffer.alloc(2);
      return readSync(descriptor, start) === 2 && start.toString("latin1") === "#!";
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Executable, but not readable: then it is no script, for a shell would have to read it.
    return false;
  }
}
