/** A real QEMU to talk to. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";
import { QmpClient, type QmpClientOptions } from "../../harness/qmp/index.ts";

/** A QEMU with an empty machine that is paused, gone when the test is. */
export interface RealQemu {
  readonly process: ChildProcess;
  readonly stream: Duplex;
  readonly exited: Promise<unknown>;
}

/** Starts QEMU with QMP on descriptor 3; `descriptors` follow from 4 on. */
export function startQemu({
  descriptors = [],
  parameters = [],
  program = "qemu-system-x86_64 -M none",
}: {
  descriptors?: readonly number[];
  parameters?: readonly string[];
  program?: string;
} = {}): RealQemu {
  const qemu = `${program} -S -display none -nodefaults`;
  const monitor = "-chardev socket,id=q,fd=3 -mon chardev=q,mode=control";
  // The kernel ends QEMU if this process dies in a way that runs no clean-up.
  const prefix = `--pdeathsig KILL ${qemu} ${monitor}`.split(" ");
  const child = spawn("setpriv", [...prefix, ...parameters], {
    stdio: ["ignore", "ignore", "ignore", "pipe", ...descriptors],
  });
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  return { process: child, stream: child.stdio[3] as unknown as Duplex, exited };
}

/** A client that is ready, on a QEMU of its own. */
export async function connectQemu(
  options: QmpClientOptions = {},
  start: Parameters<typeof startQemu>[0] = {},
): Promise<RealQemu & { readonly client: QmpClient }> {
  const qemu = startQemu(start);
  return { ...qemu, client: await QmpClient.connect(qemu.stream, options) };
}
