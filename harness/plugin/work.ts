/** What the main process itself is doing that may take long, for whoever asks. */

/** Something that takes a while. */
export interface Work {
  readonly what: string;
  /** On the clock of `performance.now()`. */
  readonly startedMs: number;
  /** What it printed last. */
  readonly lastLine: string;
}

const running = new Set<{ what: string; startedMs: number; lastLine: string }>();

/** What is going on now, the oldest first. */
export function workUnderWay(): readonly Work[] {
  return [...running];
}

/** Begins something: `say` takes what it prints. */
export function beginWork(what: string): { say: (text: string) => void; end: () => void } {
  const work = { what, startedMs: performance.now(), lastLine: "" };
  running.add(work);
  return {
    say: (text) => {
      work.lastLine = text.trimEnd().split("\n").at(-1) ?? "";
    },
    end: () => void running.delete(work),
  };
}
