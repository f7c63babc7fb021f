/** Runs programs of the fresh systems, each within the limit of its phase and that of all. */
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { runToEnd } from "../../harness/process/index.ts";

/** What a program does, and how long that may take. */
export interface Phase {
  readonly name: string;
  readonly limitMs: number;
}

/** How a program ended, and all that it printed, in the order in which it did. */
export interface PhaseEnd {
  readonly exitCode: number | undefined;
  readonly output: string;
}

/** A phase has taken too long: the message names the phase, and which limit it was. */
export class LateError extends Error {
  override name = "LateError";
}

/** Keeps all descriptors of the program but these, which lead to the log. */
const intoLog = 'log=$1; shift; exec "$@" >>"$log" 2>&1';

export class Phases {
  readonly #endMs: number;
  readonly #runLimitMs: number;

  /** @param runLimitMs of all phases together, from now on. */
  constructor(runLimitMs: number) {
    this.#runLimitMs = runLimitMs;
    this.#endMs = performance.now() + runLimitMs;
  }

  /**
   * Runs a program to its end, and has `logFile` say at any time what it has printed. Whatever ends
   * this process ends the program, too.
   * @throws `LateError`; the program has been killed then.
   */
  async run(
    phase: Phase,
    words: readonly string[],
    logFile: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<PhaseEnd> {
    const leftMs = Math.max(1, Math.round(this.#endMs - performance.now()));
    const limitMs = Math.min(phase.limitMs, leftMs);
    closeSync(openSync(logFile, "a"));
    const before = statSync(logFile).size;
    const shell = ["-c", intoLog, "sh", logFile, ...words];
    const { failure } = await runToEnd("sh", shell, { limitMs, environment });
    const output = readFileSync(logFile).subarray(before).toString();
    if (failure?.kind === "late") {
      const limit =
        phase.limitMs <= leftMs
          ? `the limit of this phase, ${inWords(phase.limitMs)}`
          : `the limit of the whole run, ${inWords(this.#runLimitMs)}`;
      throw new LateError(`${phase.name} was ended by ${limit}`);
    }
    if (failure === undefined) return { exitCode: 0, output };
    const { exitCode } = failure.cause as { readonly exitCode?: number };
    return { exitCode, output: exitCode === undefined ? `${output}\n${failure.how}` : output };
  }
}

function inWords(limitMs: number): string {
  return limitMs < 60_000 ? `${limitMs} ms` : `${limitMs / 60_000} minutes`;
}
