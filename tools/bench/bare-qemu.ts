/** QEMU as anybody would start it from a script: spawn, read stdout until it says the word. */
import { type ChildProcess, spawn } from "node:child_process";

const limitMs = 60_000;

/** The words of a shell command as `record().reproduce` writes it: bare, or in single quotes. */
export function splitCommand(command: string): string[] {
  const words = command.match(/(?:[^\s'\\]|\\.|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|\\(.)/g, "$1$2"));
}

/**
 * Milliseconds from before `spawn` until `pattern` has been read from the guest's serial port.
 * @param command what the harness gives for seeing the same machine again: the same machine and
 *   devices, without the harness's own plumbing.
 * @throws `Error` if QEMU ends before, or takes longer than a minute. It has ended then.
 */
export async function timeBareQemu(command: string, pattern: string): Promise<number> {
  const [file, ...words] = splitCommand(command);
  const plain = words.map((word) => (word === "mon:stdio" ? "stdio" : word));
  const guardian = startGuardian();
  const guardianEnded = new Promise<void>((resolve) => guardian.once("close", () => resolve()));
  const startMs = performance.now();
  const child = spawn(file as string, plain, { stdio: ["ignore", "pipe", "ignore"] });
  guardian.stdin?.write(`${child.pid}\n`);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  try {
    await readUntil(child, pattern);
    return performance.now() - startMs;
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    await ended;
    guardian.kill("SIGKILL");
    // Whoever is measured next shall have the host alone.
    await guardianEnded;
  }
}

function readUntil(child: ChildProcess, pattern: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (bytes: Buffer) => {
      text += bytes.toString("latin1");
      if (text.includes(pattern)) resolve();
    });
    child.once("error", reject);
    child.once("close", () => {
      reject(new Error(`bare QEMU ended before it printed ${pattern}; it printed ${text}`));
    });
  });
}

/**
 * A guest that has halted keeps QEMU alive for ever: should this process be killed, the guardian
 * reads the end of its input and kills QEMU. It is started before the clock is.
 */
function startGuardian(): ChildProcess {
  const script = 'read -r pid; read -r _; kill -KILL "$pid" 2>/dev/null';
  const guardian = spawn("sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"] });
  guardian.stdin?.on("error", () => {});
  return guardian;
}
