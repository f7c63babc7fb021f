/** Runs a short program to its end: image tools, symbolisers, questions to QEMU. */
import { HostError } from "../evidence/index.ts";
import { currentSignal } from "./abandonment.ts";
import { bind, defaultBinding } from "./binding.ts";
import { environmentValue } from "./environment.ts";
import { releaseHeldPipes } from "./held-pipes.ts";
import { ownProgram } from "./owner.ts";
import { findProgram } from "./search-path.ts";

const defaultLimitMs = 10_000;
/** Bytes of output that are kept of either stream. */
const defaultOutputLimitBytes = 4 * 1024 * 1024;

/** How long a program may take, and what it may print. */
export interface RunOptions {
  /** Milliseconds, 10,000 by default. */
  readonly limitMs?: number;
  /** Of either stream; 4 MiB by default. */
  readonly outputLimitBytes?: number;
  /** Added to this process's. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it runs; by default in this process's working directory. */
  readonly directory?: string;
  /** Ends it when aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** How a program ended, and what it printed. */
export interface ProgramEnd {
  readonly stdout: string;
  readonly stderr: string;
  /** `undefined` where it ended well: status 0, within its limits. */
  readonly failure: ProgramFailure | undefined;
}

/** Why a program is not believed. */
export interface ProgramFailure {
  /** To follow its name: "ended with exit code 3", "did not answer within 500 ms". */
  readonly how: string;
  readonly kind: "missing" | "late" | "too-much" | "ended";
  readonly cause: unknown;
}

/**
 * Runs `file` without input, and gives how it ended. Never throws for that. It has ended then in
 * any case, and within its limit; a child of its own that holds its pipes open is not waited for.
 */
export async function runToEnd(
  file: string,
  commandArguments: readonly string[],
  options: RunOptions = {},
): Promise<ProgramEnd> {
  const { limitMs = defaultLimitMs, outputLimitBytes = defaultOutputLimitBytes } = options;
  const program = findProgram(file, environmentValue("PATH"));
  if (program === undefined) {
    const how = "is not installed, or is no executable file";
    return { stdout: "", stderr: "", failure: { how, kind: "missing", cause: undefined } };
  }
  const command = boundIfPossible(program, commandArguments);
  // Loaded only here: it takes longer than many a test, and most tests run no such program.
  const { execa } = await import("execa");
  let kill = () => {};
  const disown = ownProgram(() => kill());
  const subprocess = execa(command.file, command.commandArguments, {
    stdin: "ignore",
    env: options.environment ?? {},
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    reject: false,
    timeout: limitMs,
    maxBuffer: outputLimitBytes,
    killSignal: "SIGKILL",
    stripFinalNewline: false,
  });
  kill = () => void subprocess.kill();
  releaseHeldPipes(subprocess.nodeChildProcess);
  const result = await subprocess;
  disown();
  const { stdout = "", stderr = "" } = result;
  if (!result.failed) return { stdout, stderr, failure: undefined };
  const [kind, how] = result.timedOut
    ? (["late", `did not end within ${limitMs} ms`] as const)
    : result.isMaxBuffer
      ? (["too-much", `printed more than ${outputLimitBytes} bytes`] as const)
      : (["ended", endOf(result)] as const);
  return { stdout, stderr, failure: { how, kind, cause: result } };
}

/**
 * Runs `file` as `runToEnd` does, and gives what it printed.
 * @throws `HostError` with the program's own words if it cannot be started, fails, prints too much
 *   or takes too long, or when nobody waits for it any more. It has ended then, in any case.
 */
export async function runProgram(
  file: string,
  commandArguments: readonly string[],
  options: RunOptions = {},
): Promise<{ stdout: string; stderr: string }> {
  const ending = { signal: currentSignal(), ...options };
  const { failure, stdout, stderr } = await runToEnd(file, commandArguments, ending);
  if (failure === undefined) return { stdout, stderr };
  if (failure.kind === "missing") {
    throw new HostError(`${file} ${failure.how}`, {
      remedy: `install the package that has ${file}`,
    });
  }
  const own = failure.kind === "ended" ? stderr.trim() : "";
  throw new HostError(`${file} failed: ${own || `it ${failure.how}`}`, { cause: failure.cause });
}

function endOf(result: {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly shortMessage?: string | undefined;
}): string {
  const { exitCode, shortMessage, signal } = result;
  if (signal !== undefined) return `was killed by ${signal}`;
  return exitCode === undefined
    ? `did not start: ${shortMessage}`
    : `ended with exit code ${exitCode}`;
}

/** A guardian would cost such a program more than it can gain: it ends by itself. */
function boundIfPossible(program: string, commandArguments: readonly string[]) {
  return defaultBinding() === "pdeathsig"
    ? bind("pdeathsig", program, commandArguments, 0)
    : { file: program, commandArguments };
}
