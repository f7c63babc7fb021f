/** Runs a short program to its end: image tools, symbolisers. */
import { HostError } from "../evidence/index.ts";
import { bind, defaultBinding, findProgram } from "./binding.ts";
import { ownProgram } from "./owner.ts";

const defaultLimitMs = 10_000;
/** Bytes of output that are kept of either stream. */
const outputLimitBytes = 4 * 1024 * 1024;

/**
 * Runs `file` without input and gives what it printed. `environment` is added to this process's.
 * @throws `HostError` with the program's own words if it cannot be started, fails, prints more
 *   than 4 MiB or takes longer than `limitMs` (10,000 by default). It has ended then, in any case.
 */
export async function runProgram(
  file: string,
  commandArguments: readonly string[],
  options: { limitMs?: number; environment?: Readonly<Record<string, string>> } = {},
): Promise<{ stdout: string; stderr: string }> {
  const program = findProgram(file, process.env.PATH);
  if (program === undefined) {
    throw new HostError(`${file} is not installed, or is no executable file`, {
      remedy: `install the package that has ${file}`,
    });
  }
  const limitMs = options.limitMs ?? defaultLimitMs;
  const command = boundIfPossible(program, commandArguments);
  // Loaded only here: it takes longer than many a test, and most tests run no such program.
  const { execa } = await import("execa");
  let kill = () => {};
  const disown = ownProgram(() => kill());
  const subprocess = execa(command.file, command.commandArguments, {
    stdin: "ignore",
    env: options.environment ?? {},
    reject: false,
    timeout: limitMs,
    maxBuffer: outputLimitBytes,
    killSignal: "SIGKILL",
    stripFinalNewline: false,
  });
  kill = () => void subprocess.kill();
  const result = await subprocess;
  disown();
  if (!result.failed) return { stdout: result.stdout, stderr: result.stderr };
  const words = result.timedOut
    ? `it took longer than ${limitMs} ms`
    : result.isMaxBuffer
      ? `it printed more than ${outputLimitBytes} bytes`
      : result.stderr.trim() || result.shortMessage;
  throw new HostError(`${file} failed: ${words}`, { cause: result });
}

/** A guardian would cost such a program more than it can gain: it ends by itself. */
function boundIfPossible(program: string, commandArguments: readonly string[]) {
  return defaultBinding() === "pdeathsig"
    ? bind("pdeathsig", program, commandArguments, 0)
    : { file: program, commandArguments };
}
