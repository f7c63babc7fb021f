/** Starts scripts that own programs, to see what is left of them when they are gone. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { withLimit } from "../../harness/wait/index.ts";

/** Milliseconds within which everything must be gone; far more than it takes on a busy machine. */
export const goneLimitMs = 30_000;

export interface OwnerProcess {
  readonly process: ChildProcess;
  readonly pid: number;
  /** The next line that it prints; rejects if it ends before that. */
  nextLine(): Promise<string>;
  /** How it ended. */
  exited(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Resolves when it and every program that got its descriptor 3 have ended. */
  allGone(): Promise<void>;
  readonly stderr: () => string;
}

/** A temporary directory that is gone after the test, and with it every owner that was in it. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "process-test-"));
  onTestFinished(() => {
    // There are some only where the test has failed.
    for (const pid of processesOf(path)) process.kill(pid, "SIGKILL");
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

/** Runs `script` of `owners/` with this TMPDIR. It is killed after the test at the latest. */
export function startOwner(script: string, given: readonly string[], parent: string): OwnerProcess {
  const path = script.includes("/") ? script : ownerScript(script);
  const owner = spawn(process.execPath, [path, ...given], {
    env: { ...process.env, TMPDIR: parent },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const [, stdout, stderr, held] = owner.stdio as unknown as Readable[];
  if (stdout === undefined || stderr === undefined || held === undefined) throw new Error("stdio");
  onTestFinished(() => void owner.kill("SIGKILL"));
  let words = "";
  stderr.on("data", (bytes: Buffer) => {
    words += bytes.toString();
  });
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const exited = once(owner, "exit").then(([code, signal]) => ({ code, signal }));
  const allGone = once(held.resume(), "close").then(() => {});
  return {
    process: owner,
    pid: owner.pid as number,
    exited: () => withLimit(exited, goneLimitMs, "the owner to end"),
    allGone: () => withLimit(allGone, goneLimitMs, "the owner and its program to end"),
    stderr: () => words,
    async nextLine() {
      const { done, value } = await withLimit(lines.next(), goneLimitMs, "a line of the owner");
      if (done) throw new Error(`the owner ended: ${words}`);
      return value;
    },
  };
}

export function ownerScript(name: string): string {
  return join(import.meta.dirname, "owners", name);
}

/**
 * Processes that were started with this TMPDIR: owners, and all that they have started. One that
 * changes programs this moment may be missing, and zombies are. Linux, proc(5).
 */
export function processesOf(parent: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, "utf8").includes(`TMPDIR=${parent}\0`);
      } catch {
        // It has ended between the two looks, or is another user's.
        return false;
      }
    })
    .map(Number);
}
