/**
 * The clock of a guest that runs on a virtual one, read from outside and without its help, and
 * limits of waits by it. On a slow host such a guest's time goes slowly, and so do its limits.
 */

import type { QmpClient } from "../qmp/index.ts";
import {
  type LimitVerdict,
  monotonicMs,
  type NamedLimit,
  startWaitLimit,
  type WaitLimit,
} from "../wait/index.ts";
import type { LimitOfWait } from "./machine-parts.ts";

/**
 * What the guest's clock begins with where nothing else is said; only a fixed day gives the same
 * run twice.
 */
const startOfTime = "2026-01-01";

/**
 * Milliseconds after which a guest that was seen doing nothing is looked at again: a busy host may
 * not have let it run, but hardly for so long.
 */
const standstillMs = 1_000;

/**
 * One look at the clock. Milliseconds count from some moment in the machine's life, which is the
 * same until it is paused: the news that a machine goes on, or stands, comes a little late.
 */
export interface ClockReading {
  /** The guest's time at least, and at most: it goes on while QEMU is being asked. */
  readonly leastMs: number;
  readonly mostMs: number;
  /** Instructions executed so far. */
  readonly instructions: number | bigint;
}

/** What a judge of limits needs of a clock. */
export interface ReadableClock {
  /** `undefined` where this QEMU does not tell, or not within the limit of a QMP command. */
  read(): Promise<ClockReading | undefined>;
}

/**
 * One instruction is one nanosecond, and idle time is skipped to the next timer (QEMU
 * documentation, docs/devel/tcg-icount and `-icount`, `-rtc` of its invocation page).
 */
export function clockArguments(clock: "host" | "virtual", startsAt: string | undefined): string[] {
  if (clock === "host") return startsAt === undefined ? [] : ["-rtc", `base=${startsAt}`];
  return ["-icount", "shift=0,sleep=off", "-rtc", `base=${startsAt ?? startOfTime},clock=vm`];
}

/**
 * Reads the virtual clock of any machine. QEMU tells it as a difference: "Host - Guest clock N ms"
 * (`x-query-jit`, `dump_drift_info` in accel/tcg), in which the host's clock stands while the
 * machine is stopped.
 */
export class GuestClock implements ReadableClock {
  readonly #qmp: QmpClient;
  /** Milliseconds that the machine has run, but for the present stretch. */
  #ranMs = 0;
  #runsSinceMs: number | undefined;
  /** The newest look at the clock, and the one that comes after it. */
  #look: Promise<unknown> = Promise.resolve();
  #next: Promise<ClockReading | undefined> | undefined;

  /** @param qmp connection to a machine that has not run yet. */
  constructor(qmp: QmpClient) {
    this.#qmp = qmp;
    qmp.onEvent(({ event }) => this.#follow(event));
    // The harness's own stops are nobody's affair, but the clock stands during them as well.
    qmp.onWithheldEvent((event) => this.#follow(event));
  }

  #follow(event: string): void {
    if (event === "RESUME") this.#runsSinceMs ??= monotonicMs();
    if (event !== "STOP") return;
    this.#ranMs = this.#ranUntil(monotonicMs());
    this.#runsSinceMs = undefined;
  }

  /**
   * Whoever asks while QEMU is being asked shares the next look with all others who do: many
   * waits are one question. The present look would be too early for them.
   */
  read(): Promise<ClockReading | undefined> {
    this.#next ??= this.#look.then(() => {
      this.#next = undefined;
      const look = this.#ask();
      this.#look = look;
      return look;
    });
    return this.#next;
  }

  async #ask(): Promise<ClockReading | undefined> {
    const beforeMs = this.#ranUntil(monotonicMs());
    try {
      const [replay, jit] = await Promise.all([
        this.#qmp.execute("query-replay"),
        this.#qmp.execute("x-query-jit"),
      ]);
      const text = (jit as { "human-readable-text": string })["human-readable-text"];
      const drift = /^Host - Guest clock +(-?\d+) ms$/m.exec(text)?.[1];
      if (drift === undefined) return undefined;
      const afterMs = this.#ranUntil(monotonicMs());
      const { icount } = replay as { icount: number | bigint };
      const leastMs = beforeMs - Number(drift);
      return { leastMs, mostMs: afterMs - Number(drift), instructions: icount };
    } catch {
      // A QEMU that has ended or hangs fails the wait by itself; one without the command cannot
      // extend it. Either way nothing is known of the clock, and the limit's name says so.
      return undefined;
    }
  }

  #ranUntil(nowMs: number): number {
    return this.#ranMs + (this.#runsSinceMs === undefined ? 0 : nowMs - this.#runsSinceMs);
  }
}

/** The same limits, counted by the guest's clock; what is left of the test stays as it is. */
export function limitByGuestClock(limit: LimitOfWait, clock: ReadableClock): LimitOfWait {
  return (timeoutMs, clockOfWait, usualMs) => {
    const asked = limit(timeoutMs, clockOfWait, usualMs);
    if (clockOfWait === "host") return asked;
    const mostMs = asked.most?.limitMs ?? Number.POSITIVE_INFINITY;
    if (asked.limitMs === Number.POSITIVE_INFINITY || asked.limitMs >= mostMs) return asked;
    const judge = new LimitJudge(asked, clock);
    return { ...asked, judge: () => judge.judge() };
  };
}

/** Judges one wait whenever its time has passed by the wall clock. */
class LimitJudge {
  readonly #limit: WaitLimit;
  readonly #clock: ReadableClock;
  readonly #startedMs = monotonicMs();
  readonly #start: Promise<ClockReading | undefined>;
  /** Instructions at the last look. */
  #instructions: number | bigint | undefined;
  #stoodStill = false;

  constructor(limit: WaitLimit, clock: ReadableClock) {
    this.#limit = limit;
    this.#clock = clock;
    this.#start = clock.read();
  }

  async judge(): Promise<LimitVerdict> {
    const start = await this.#inTime(this.#start);
    const now = start && (await this.#inTime(this.#clock.read()));
    const { most } = this.#limit;
    if (most !== undefined && this.#leftMs() < 1) return most;
    const passedMs = monotonicMs() - this.#startedMs;
    if (now === undefined || start === undefined) {
      return this.#passed("by the wall clock, because QEMU does not tell the guest's");
    }
    const usedMs = now.leastMs - start.mostMs;
    const detail = `\n  meanwhile ${shown(usedMs)} ms passed for the guest, ${shown(passedMs)} ms here`;
    // The clock is told in whole milliseconds.
    if (usedMs > this.#limit.limitMs - 1) return this.#passed("by the guest's clock", detail);
    const standsStill = now.instructions === (this.#instructions ?? start.instructions);
    if (standsStill && this.#stoodStill) {
      return this.#passed("by the wall clock, because the guest executes nothing", detail);
    }
    this.#stoodStill = standsStill;
    this.#instructions = now.instructions;
    return { moreMs: Math.min(this.#nextMs(usedMs, passedMs), Math.max(1, this.#leftMs())) };
  }

  /** Until when the guest has used up the rest at its present pace, within reason. */
  #nextMs(usedMs: number, passedMs: number): number {
    const { limitMs } = this.#limit;
    if (this.#stoodStill) return standstillMs;
    const atPaceMs = usedMs > 0 ? ((limitMs - usedMs) * passedMs) / usedMs : limitMs;
    return Math.min(limitMs, Math.max(atPaceMs, limitMs / 10));
  }

  /** A look at the clock, as long as the limit that nothing extends allows it. */
  async #inTime(reading: Promise<ClockReading | undefined>): Promise<ClockReading | undefined> {
    if (this.#limit.most === undefined) return await reading;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const stop = startWaitLimit({ limitMs: this.#leftMs(), name: "" }, () => resolve(undefined));
    try {
      return await Promise.race([reading, promise]);
    } finally {
      stop();
    }
  }

  /** What is left of the limit that nothing extends. */
  #leftMs(): number {
    const mostMs = this.#limit.most?.limitMs ?? Number.POSITIVE_INFINITY;
    return Math.max(0, mostMs - (monotonicMs() - this.#startedMs));
  }

  #passed(how: string, detail = ""): LimitVerdict {
    const { limitMs, name }: NamedLimit = this.#limit;
    return { limitMs, name: `${name}, ${how}`, detail };
  }
}

function shown(milliseconds: number): string {
  return Math.max(0, Math.round(milliseconds)).toString();
}
