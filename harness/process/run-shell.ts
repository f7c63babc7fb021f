/** Runs a command line that a person wrote. */
import { releaseHeldPipes } from "./held-pipes.ts";

/** How it ended, and what it printed: stdout and stderr interleaved as they came. */
export interface ShellResult {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly output: string;
}

/**
 * Runs `command` by the shell in `directory`, without input and without a limit of time. Never
 * throws for its failure; where it could not even be started, `output` says why. A server that it
 * leaves behind (of a compiler cache, for one) is not waited for.
 */
export async function runShell(command: string, directory: string): Promise<ShellResult> {
  // Loaded only here: it takes longer than many a test, and no test runs a build.
  const { execa } = await import("execa");
  const subprocess = execa(command, {
    shell: true,
    cwd: directory,
    stdin: "ignore",
    all: true,
    reject: false,
    preferLocal: true,
  });
  releaseHeldPipes(subprocess.nodeChildProcess);
  const result = await subprocess;
  const { exitCode, signal } = result;
  const isStarted = exitCode !== undefined || signal !== undefined;
  const output = isStarted ? result.all : undefined;
  return { exitCode, signal, output: output ?? result.shortMessage ?? "" };
}
