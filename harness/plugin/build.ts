/** The user's build command, run before the tests and again in watch mode. */
import type { Vitest } from "vitest/node";
import { BringupError } from "../evidence/index.ts";
import { runShell } from "../process/index.ts";
import { printable } from "../text/index.ts";

/** The build failed: the kernel under test is not what the sources say. No test has run. */
export class BuildError extends BringupError {
  /** What the build printed, stdout and stderr as they came. */
  declare readonly output: string;
  constructor(command: string, how: string, output: string) {
    const shown = output.trimEnd() === "" ? "it printed nothing" : output.trimEnd();
    const indented = shown.split("\n").map((line) => `  | ${line}`);
    super(`the build failed (${how}), so no test ran: ${command}\n${indented.join("\n")}`);
    // vitest prints an error of its start-up with all that it carries: once is enough.
    Object.defineProperty(this, "output", { value: output, enumerable: false });
  }
}

const builds = new WeakMap<Vitest, Map<string, Promise<void>>>();

/**
 * Runs `command` before the tests of the first run, and in watch mode before those of every other.
 * Projects of one vitest that share a command share its runs.
 * @throws `BuildError` if the first build fails. When a later one fails, that is printed, the tests
 *   are not run, and vitest goes on watching.
 */
export async function buildFirst(vitest: Vitest, command: string, root: string): Promise<void> {
  const known = builds.get(vitest) ?? new Map<string, Promise<void>>();
  builds.set(vitest, known);
  const key = `${root}\n${command}`;
  const running = known.get(key) ?? build(command, root);
  if (!known.has(key)) vitest.onTestsRerun(() => rebuild(vitest, command, root));
  known.set(key, running);
  await running;
}

async function rebuild(vitest: Vitest, command: string, root: string): Promise<void> {
  try {
    await build(command, root);
  } catch (error) {
    const { message } = error as Error;
    vitest.logger.error(printable(`\n${message}\n\n  waiting for a change of the sources\n`));
    // vitest has no way to give up a rerun, and an error would end it; it runs the tests as soon
    // as this resolves, and begins anew when a file changes.
    await new Promise(() => {});
  }
}

/**
 * Runs `command` in a shell, in `directory`. Quiet when it succeeds.
 * @throws `BuildError` with everything that the build printed.
 */
export async function build(command: string, directory: string): Promise<void> {
  const { exitCode, output, signal } = await runShell(command, directory);
  if (exitCode === 0) return;
  const how = signal === undefined ? `exit code ${exitCode}` : `ended by ${signal}`;
  throw new BuildError(command, how, output);
}
