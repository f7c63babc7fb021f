/**
 * What this process owns, and how that goes when the process ends in any way that it can notice:
 * `process.exit()`, an uncaught exception, a signal, the loss of its parent. What it cannot notice
 * (SIGKILL) is left to `binding.ts` for programs and to the sweep of a later run for directories.
 */
import { constants } from "node:os";
import { onExit } from "signal-exit";
import { HostError } from "../evidence/index.ts";
import { monotonicMs, startTimer } from "../wait/index.ts";

/** Milliseconds that other handlers of this process have after its parent is gone. */
const lastWordsMs = 500;

/** How this process ends, as far as it can notice. */
export interface ProcessEnd {
  /** The signal that ends it, also where another listener has made an orderly exit of it. */
  readonly signal: string | undefined;
  /** It ends by itself, with exit code 0. */
  readonly isInGoodOrder: boolean;
  /** On the clock of `monotonicMs()`. */
  readonly atMs: number;
}

const kills = new Set<() => void>();
const lastWords = new Set<(end: ProcessEnd) => void>();
const removals = new Set<() => void>();
let isWatchingExit = false;

/**
 * Has `kill` called when this process ends, before any directory is removed.
 * @returns what gives the program up again, because it has ended.
 * @throws `HostError` in a process that was forked with an IPC channel and has lost it: whoever
 *   was to read its verdict and to end it is gone. Nothing is owned then.
 */
export function ownProgram(kill: () => void): () => void {
  // `send` stays when the channel closes, and so tells such a process from one without a channel.
  if (process.send !== undefined && !process.connected) {
    throw new HostError("this forked process has lost its parent: it starts no more programs", {
      remedy: "start a process that shall outlive its parent with spawn() instead of fork()",
    });
  }
  watchExit();
  // A listener for "disconnect" keeps the event loop alive, and so is there only while a program
  // does that anyway: it never keeps a worker from ending in good order.
  if (kills.size === 0 && process.connected) process.on("disconnect", endWithParent);
  kills.add(kill);
  return () => {
    if (kills.delete(kill) && kills.size === 0) process.off("disconnect", endWithParent);
  };
}

/**
 * Has `remove` called when this process ends, after every program was killed.
 * @returns what gives the directory up again.
 */
export function ownDirectory(remove: () => void): () => void {
  watchExit();
  removals.add(remove);
  return () => void removals.delete(remove);
}

/**
 * Has `say` called when this process ends, after every program was killed. A listener of Node's
 * "exit" would not do: a signal that this module sees last ends the process without that event,
 * also where another listener has begun an orderly exit.
 * @returns what gives it up again.
 */
export function ownLastWords(say: (end: ProcessEnd) => void): () => void {
  watchExit();
  lastWords.add(say);
  return () => void lastWords.delete(say);
}

function watchExit(): void {
  if (isWatchingExit) return;
  isWatchingExit = true;
  onExit((code, signal) => {
    const isInGoodOrder = signal === null && (code ?? 0) === 0;
    endAll({ signal: signal ?? signalOf(code), isInGoodOrder, atMs: monotonicMs() });
  });
}

/** A process that exits because of a signal says so by a code of 128 and the signal's number. */
function signalOf(code: number | null | undefined): string | undefined {
  const signals = Object.entries(constants.signals);
  return signals.find(([, number]) => number + 128 === code)?.[0];
}

/** Never throws: an exit handler that does would change the exit code and stop the others. */
function endAll(end: ProcessEnd): void {
  for (const act of [...kills, ...lastWords, ...removals]) {
    try {
      act(end);
    } catch {
      // A directory that cannot be removed now has lost its lock: a later run sweeps it.
    }
  }
  kills.clear();
  lastWords.clear();
  removals.clear();
}

/**
 * A worker whose parent was killed would live on, and its machines with it. A parent that closes
 * the channel on purpose cannot be told from one that died, so that this ends the worker too.
 */
function endWithParent(): void {
  endAll({ signal: undefined, isInGoodOrder: false, atMs: monotonicMs() });
  // Other handlers get their turn; where one of them swallows the signal, that turn has an end.
  startTimer(lastWordsMs, () => process.kill(process.pid, "SIGKILL"));
  process.kill(process.pid, "SIGTERM");
}
