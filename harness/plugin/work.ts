/** What the main process itself is doing that may take long, for whoever asks. */
import { cutAfter } from "../text/index.ts";
import { monotonicMs } from "../wait/index.ts";

/** Characters of a line of a guest's or a build's. */
const longestLine = 200;

/** Something that takes a while. */
export interface Work {
  readonly what: string;
  /** On the clock of `monotonicMs`. */
  readonly startedMs: number;
  /** What it printed last. */
  readonly lastLine: string;
}

/**
 * "the run was ended by SIGTERM while the build of kernel.elf ran, for 9 s". Written ahead, and
 * after SIGKILL, no signal is known.
 */
export function wordsOfEnd(
  { atMs, signal }: { readonly atMs: number; readonly signal: string | undefined },
  during?: Pick<Work, "startedMs" | "what">,
): string {
  const ended = `the run was ended${signal === undefined ? "" : ` by ${signal}`}`;
  if (during === undefined) return ended;
  const seconds = Math.round((atMs - during.startedMs) / 1000);
  return `${ended} while ${during.what} ran, for ${seconds} s`;
}

/** `wordsOfEnd` of a build, with what it said last. */
export function wordsOfCutWork(end: Parameters<typeof wordsOfEnd>[0], work: Work): string {
  const said = work.lastLine === "" ? "" : "it last said: ";
  return `${wordsOfEnd(end, work)}; ${said}${lastWordsOf(work.lastLine)}`;
}

/** What a guest or a build has printed last, if anything. */
export function lastWordsOf(line: string): string {
  return line === "" ? "it has printed nothing" : cutAfter(line, longestLine);
}

const running = new Set<{ what: string; startedMs: number; lastLine: string }>();

/** What is going on now, the oldest first. */
export function workUnderWay(): readonly Work[] {
  return [...running];
}

/** Begins something: `say` takes what it prints. */
export function beginWork(what: string): { say: (text: string) => void; end: () => void } {
  const work = { what, startedMs: monotonicMs(), lastLine: "" };
  running.add(work);
  return {
    say: (text) => {
      work.lastLine = text.trimEnd().split("\n").at(-1) ?? "";
    },
    end: () => void running.delete(work),
  };
}
