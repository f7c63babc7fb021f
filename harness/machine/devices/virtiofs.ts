/** Directories that virtiofsd serves: what it takes, and what QEMU's memory has to be for it. */
import { HostError, SpecError } from "../../evidence/index.ts";
import { findVirtiofsd } from "../../host/index.ts";
import { memoryBytes } from "../spec-check.ts";
import type { Device } from "./device.ts";
import type { PlannedDevice } from "./plan-devices.ts";

/** What serves a directory. */
export interface VirtiofsProgram {
  readonly kind: "virtiofsd";
  /** Absolute path. */
  readonly file: string;
  readonly dialect: "c" | "rust";
  /** Absolute path of what the guest sees. */
  readonly directory: string;
  readonly writable: boolean;
  readonly isRoot: boolean;
}

/**
 * @param directory absolute path of what is shared.
 * @param memory of the machine, which the program has to share.
 * @throws `SpecError` where the machine's memory is not known; `HostError` without virtiofsd, or
 *   with one that cannot do what is asked.
 */
export async function planVirtiofs(
  { share }: Device,
  directory: string,
  field: string,
  memory: string | number | undefined,
): Promise<VirtiofsProgram> {
  if (memoryBytes(memory) === undefined) {
    const why = "virtiofsd shares the machine's memory, whose size the board does not tell";
    throw new SpecError("memory", `is missing, but ${field} needs it: ${why}`);
  }
  const { canBeReadOnly, dialect, path } = await findVirtiofsd();
  const writable = share?.writable ?? false;
  const other = 'leave by: "virtiofs" out for 9p';
  if (!writable && !canBeReadOnly) {
    throw new HostError(
      `let the guest write to ${field} (writable: true), or ${other}: ` +
        `${path} cannot keep it from writing, newer ones can (--readonly)`,
    );
  }
  const isRoot = process.getuid?.() === 0;
  if (dialect === "c" && !isRoot) {
    throw new HostError(
      `install the newer virtiofsd for ${field}, or ${other}: ${path} runs as root only`,
    );
  }
  return { kind: "virtiofsd", file: path, dialect, directory, writable, isRoot };
}

/** The program's own command line. */
export function virtiofsCommand(program: VirtiofsProgram, socket: string): string[] {
  const { dialect, directory, file, isRoot, writable } = program;
  const words = [file, `--socket-path=${socket}`];
  // A namespace of its own is more than a container may have, and it is another process then.
  if (dialect === "c") {
    // A backslash takes the next character as it is (libfuse, `fuse_opt_parse`).
    const source = directory.replaceAll(/[\\,]/g, "\\$&");
    return [...words, "-o", `source=${source}`, "-o", "sandbox=chroot"];
  }
  const sandbox = isRoot ? "chroot" : "none";
  return [
    ...[...words, `--shared-dir=${directory}`, `--sandbox=${sandbox}`],
    ...(writable ? [] : ["--readonly"]),
  ];
}

/**
 * The lock that the older one puts into a directory of the system and leaves there (QEMU 7.2,
 * tools/virtiofsd/fuse_virtio.c, `fv_socket_lock`). It keeps two from one socket; nobody else has
 * ours.
 */
export function virtiofsLock(program: VirtiofsProgram, socket: string): string | undefined {
  if (program.dialect !== "c") return undefined;
  return `/var/run/virtiofsd/${socket.replaceAll("/", ".")}.pid`;
}

/** What `-machine` and QEMU's other arguments say of the memory, where a program shares it. */
export function sharedMemoryArguments(
  devices: readonly PlannedDevice[],
  machine: string,
  memory: string | number | undefined,
): string[] {
  const isShared = devices.some(({ program }) => program?.kind === "virtiofsd");
  if (!isShared) return ["-machine", machine];
  const backend = `memory-backend-memfd,id=ram,size=${memoryBytes(memory)},share=on`;
  return ["-object", backend, "-machine", `${machine},memory-backend=ram`];
}
