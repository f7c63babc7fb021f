/**
 * Runs programs of the system that take a millisecond or two: flock(1), mkfifo(1). By Node's own
 * `spawn`, because loading a library for it would take many times as long as they do.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { ownProgram } from "./owner.ts";

/** Milliseconds until it is killed; far more than it takes on a busy machine. */
const limitMs = 10_000;

/** How it went. */
export interface BriefResult {
  /** `undefined` if it did not end by itself, or was not started. */
  readonly exitCode: number | undefined;
  /** What it said on stderr, or why it could not be started or did not end. */
  readonly words: string;
  readonly isMissing: boolean;
}

/**
 * Runs `file`, found in `PATH`, without input. Never throws for its failure. Where this process
 * ends meanwhile it is killed, so that it makes no file in a directory that is being removed.
 * @param descriptor one of this process's that it gets as its descriptor 3.
 */
export async function runBriefly(
  file: string,
  commandArguments: readonly string[],
  descriptor?: number,
): Promise<BriefResult> {
  const child = spawn(file, commandArguments, {
    stdio: ["ignore", "ignore", "pipe", descriptor ?? "ignore"],
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
  const disown = ownProgram(() => void (child.pid !== undefined && child.kill("SIGKILL")));
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words += text;
  });
  try {
    const [exitCode, signal] = (await once(child, "close")) as [number | null, string | null];
    const how = signal === null ? `exit code ${exitCode}` : `ended by ${signal}`;
    return { exitCode: exitCode ?? undefined, words: words.trim() || how, isMissing: false };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { exitCode: undefined, words: message, isMissing: code === "ENOENT" };
  } finally {
    disown();
  }
}
