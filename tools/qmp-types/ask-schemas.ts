/** Asks every QEMU of this computer for its QMP schema. */
import { readdir } from "node:fs/promises";
import { basename, delimiter, join } from "node:path";
import { HostError } from "../../harness/evidence/index.ts";
import { startOwned } from "../../harness/process/index.ts";
import { QmpClient, type QmpResult } from "../../harness/qmp/index.ts";

/** What `query-qmp-schema` answers. */
export type Entities = QmpResult<"query-qmp-schema">;

/** The schemas of one version of QEMU, by target ("x86_64"), the targets in alphabetical order. */
export interface TargetSchemas {
  readonly version: string;
  readonly entities: ReadonlyMap<string, Entities>;
}

const programName = /^qemu-system-([\w-]+)$/;
const bareMachine = ["-machine", "none", "-S", "-nodefaults", "-display", "none"];
const qmpOnDescriptor = ["-chardev", "socket,id=q,fd=3", "-mon", "chardev=q,mode=control"];

/** The paths of all `qemu-system-*` on PATH, in the order of their names. */
export async function installedPrograms(): Promise<string[]> {
  const paths = new Map<string, string>();
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    // PATH may well name directories that do not exist.
    for (const name of await readdir(directory).catch(() => [])) {
      if (programName.test(name) && !paths.has(name)) paths.set(name, join(directory, name));
    }
  }
  return [...paths.keys()].sort().map((name) => paths.get(name) ?? name);
}

/** The target that a program is for ("riscv64" of "/usr/bin/qemu-system-riscv64"). */
export function targetOf(program: string): string {
  return programName.exec(basename(program))?.[1] ?? program;
}

/**
 * Boots each program without a machine, and asks it.
 *
 * @throws HostError if there is no program, one does not answer, or their versions differ. None of
 * them runs any more then.
 */
export async function askSchemas(programs: readonly string[]): Promise<TargetSchemas> {
  const entities = new Map<string, Entities>();
  const programOf = new Map<string, string>();
  for (const program of programs) {
    const answer = await askSchema(program);
    programOf.set(answer.version, program);
    entities.set(targetOf(program), answer.entities);
  }
  const [version, ...others] = programOf.keys();
  if (version === undefined) throw new HostError("install QEMU: no qemu-system-* is on PATH");
  if (others.length === 0) return { version, entities };
  const found = [...programOf].map(([each, program]) => `${program} is ${each}`).join(", ");
  throw new HostError(`put QEMUs of one version on PATH: ${found}`);
}

/** The version of one program, and its schema. */
export async function askSchema(program: string): Promise<{ version: string; entities: Entities }> {
  const child = startOwned(program, [...bareMachine, ...qmpOnDescriptor], {
    logFile: "/dev/null",
    sockets: 1,
  });
  try {
    const [descriptor] = child.descriptors;
    if (descriptor === undefined) throw new HostError(`${program} could not be started`);
    const client = await QmpClient.connect(descriptor);
    const { major, minor, micro } = client.greeting.version.qemu;
    const entities = await client.execute("query-qmp-schema");
    client.close();
    return { version: `${major}.${minor}.${micro}`, entities };
  } finally {
    child.kill();
    await child.ended;
  }
}
