/** A clock for tests of what depends on time: timers of the harness fire when it passes. */
import { onTestFinished, vi } from "vitest";
import { nodeTimers } from "../../harness/wait/timers.ts";

export class FakeClock {
  /** What `monotonicMs` tells. */
  nowMs = 1000;
  readonly #turns = new Set<() => void>();

  /** Time passes, and timers come `lateMs` late; then the event loop turns until all is done. */
  pass(forMs: number, lateMs = 0): void {
    this.nowMs += forMs + lateMs;
    vi.advanceTimersByTime(forMs);
    while (this.turn());
  }

  /** One turn of the event loop. @returns whether anything waited for it. */
  turn(): boolean {
    const due = [...this.#turns];
    this.#turns.clear();
    for (const act of due) act();
    return due.length > 0;
  }

  /** The harness has this clock until the running test has finished. */
  install(): void {
    const real = { ...nodeTimers };
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { clearTimeout, setTimeout } = globalThis;
    Object.assign(nodeTimers, {
      ...{ clearTimeout, setTimeout },
      setImmediate: (act: () => void) => {
        this.#turns.add(act);
        return act;
      },
      clearImmediate: (act: () => void) => void this.#turns.delete(act),
      now: () => this.nowMs,
    });
    onTestFinished(() => {
      Object.assign(nodeTimers, real);
      vi.useRealTimers();
    });
  }
}

export function useFakeClock(): FakeClock {
  const clock = new FakeClock();
  clock.install();
  return clock;
}
