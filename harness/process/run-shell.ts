/** Runs a command line that a person wrote. */

import { withLimit } from "../wait/index.ts";
import { releaseHeldPipes } from "./held-pipes.ts";
import { ownProgram } from "./owner.ts";

/** Bytes of output that are kept: so many of the beginning, and so many of the end. */
const keptBytes = 256 * 1024;
/** Milliseconds that it has to end in good order, before it is killed. */
const graceMs = 2_000;

export interface ShellOptions {
  readonly directory: string;
  /** The shell's `$0`, `$1` and so on. */
  readonly parameters?: readonly string[];
  readonly limitMs: number;
  /** Called with every piece of output. */
  readonly onOutput?: (text: string) => void;
}

/** How it ended, and what it printed: stdout and stderr interleaved as they came. */
export interface ShellResult {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly isLate: boolean;
  readonly output: string;
}

/**
 * Runs `command` by the shell, without input. It ends with all its children when its time is over,
 * or this process's is; what it leaves in the background does not hold it up. Never throws for its
 * failure; where it could not even be started, `output` says why.
 */
export async function runShell(command: string, options: ShellOptions): Promise<ShellResult> {
  const { directory, limitMs, onOutput, parameters = ["sh"] } = options;
  // Loaded only here: it takes longer than many a test, and no test runs a build.
  const { execa } = await import("execa");
  // One pipe, so that everything stands in the order in which it was written.
  const subprocess = execa("/bin/sh", ["-c", `exec 2>&1\n${command}`, ...parameters], {
    cwd: directory,
    stdin: "ignore",
    stderr: "ignore",
    buffer: false,
    reject: false,
    preferLocal: true,
    // A process group of its own: children of the shell end with it.
    detached: true,
  });
  const kill = (signal: NodeJS.Signals) => killGroup(subprocess.pid, signal);
  const disown = ownProgram(() => kill("SIGTERM"));
  const output = new Output();
  subprocess.stdout.on("data", (bytes: Buffer) => {
    output.add(bytes);
    onOutput?.(bytes.toString());
  });
  releaseHeldPipes(subprocess.nodeChildProcess);
  const ended = Promise.race([
    new Promise((resolve) => subprocess.nodeChildProcess.once("exit", resolve)),
    subprocess,
  ]);
  const isLate = await withLimit(ended, limitMs, "the command to end").then(
    () => false,
    () => true,
  );
  if (isLate) {
    kill("SIGTERM");
    await withLimit(ended, graceMs, "the command to end").catch(() => {});
    // The shell may have ended and a child of it not.
    kill("SIGKILL");
  }
  const result = await subprocess;
  disown();
  const { exitCode, signal } = result;
  const isStarted = exitCode !== undefined || signal !== undefined;
  return {
    exitCode,
    signal,
    isLate,
    output: isStarted ? output.text : (result.shortMessage ?? ""),
  };
}

/** Quotes words for a POSIX shell, so that a line can be pasted. */
export function shellCommand(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All of it has ended.
  }
}

/** The beginning and the end of a text. */
class Output {
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  #leftOutBytes = 0;

  add(bytes: Buffer): void {
    const room = keptBytes - this.#head.length;
    if (room > 0) this.#head = Buffer.concat([this.#head, bytes.subarray(0, room)]);
    const rest = bytes.subarray(Math.max(0, room));
    if (rest.length === 0) return;
    const tail = Buffer.concat([this.#tail, rest]);
    const excess = Math.max(0, tail.length - keptBytes);
    this.#leftOutBytes += excess;
    this.#tail = tail.subarray(excess);
  }

  get text(): string {
    const gap =
      this.#leftOutBytes === 0 ? "" : `\n… ${this.#leftOutBytes} bytes of output left out\n`;
    return `${this.#head.toString()}${gap}${this.#tail.toString()}`;
  }
}
