/**
 * The waits for what a screen shows. QEMU has no event for a screen that changes, so one sampler
 * looks while somebody waits, the more seldom the longer nothing changes.
 */

import { BringupError, GuestError, TimeoutError } from "../evidence/index.ts";
import type { AwaitedText } from "../serial/index.ts";
import {
  inputRead,
  monotonicMs,
  type PassedLimit,
  startTimer,
  startWaitLimit,
  type WaitLimit,
} from "../wait/index.ts";
import type { Display, ScreenSight } from "./display.ts";
import { isSamePicture } from "./picture.ts";

/** Milliseconds between looks at a screen that changes, and at most at one that does not. */
const leastIntervalMs = 20;
const mostIntervalMs = 250;
/** By which the interval grows. */
const growth = 1.5;

/** What is waited for. */
export interface ScreenWait<Result> {
  /** In words: `the screen to show "login: "`. */
  readonly phase: string;
  /** The text that is waited for, if it is one. */
  readonly patterns?: AwaitedText["patterns"];
  /** Milliseconds that it may take where nobody says; default: as any wait. */
  readonly usualMs?: number;
  /** The result, or `undefined` where it does not hold. What it throws is the failure. */
  readonly look: (sight: ScreenSight) => Result | undefined;
  /** Whether a sight is to be replaced by one that says where the cursor is. */
  readonly needsCursor?: (sight: ScreenSight) => boolean;
  /** The result of a last sight, where the guest will draw no more and `look` has none. */
  readonly final?: (sight: ScreenSight) => Result;
  /** What a time-out says of the last sight. */
  readonly hint?: (sight: ScreenSight | undefined) => string;
  /** Fatal output that the sight shows, as one line, if the wait is to fail of it. */
  readonly fatal?: (sight: ScreenSight) => string | undefined;
}

interface Pending {
  readonly wait: ScreenWait<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  stopTimer: () => void;
}

export class ScreenWaits {
  readonly #display: () => Display;
  readonly #onWaiting: (change: 1 | -1) => void;
  readonly #onSight: (sight: ScreenSight) => void;
  readonly #pending = new Set<Pending>();
  #last: ScreenSight | undefined;
  /** Why the newest look gave nothing, if it did not. */
  #failure: Error | undefined;
  #ended: ((phase: string) => Error) | undefined;
  #isSampling = false;
  #wake: (() => void) | undefined;

  /** @param onSight called with every sight, once the waits have judged it. */
  constructor(
    display: () => Display,
    onWaiting: (change: 1 | -1) => void,
    onSight: (sight: ScreenSight) => void,
  ) {
    this.#display = display;
    this.#onWaiting = onWaiting;
    this.#onSight = onSight;
  }

  /** The newest sight, if there has been one. */
  get last(): ScreenSight | undefined {
    return this.#last;
  }

  /** Waits until a sight satisfies `wait`. It is looked at once even where the limit is short. */
  begin<Result>(wait: ScreenWait<Result>, limit: WaitLimit): Promise<Result> {
    return new Promise<unknown>((resolve, reject) => {
      const pending: Pending = { wait, resolve, reject, stopTimer: () => {} };
      this.#pending.add(pending);
      this.#onWaiting(1);
      pending.stopTimer = startWaitLimit(limit, (passed) => void this.#expire(pending, passed));
      // A machine that has ended may still show what is waited for.
      if (this.#ended === undefined) this.#sample();
      else void this.fail(this.#ended, true);
    }) as Promise<Result>;
  }

  /** The guest is dead, or the machine has ended: fails what a last look does not satisfy. */
  async fail(makeError: (phase: string) => Error, isEnd: boolean): Promise<void> {
    if (isEnd) this.#ended = makeError;
    if (this.#pending.size > 0) await this.#look().catch(() => {});
    for (const pending of [...this.#pending]) {
      const { final, phase } = pending.wait;
      const sight = this.#last;
      if (final !== undefined && sight !== undefined) {
        this.#finish(pending, () => pending.resolve(final(sight)));
        continue;
      }
      const error = makeError(`${phase}${this.#hintOf(pending)}`);
      this.#finish(pending, () => pending.reject(error));
    }
    this.#wake?.();
  }

  /** Looks once where nobody waits, who would have it looked at. Never throws. */
  async lookUnasked(): Promise<void> {
    if (this.#pending.size === 0 && this.#ended === undefined) await this.#look().catch(() => {});
  }

  /** Looks once, whether or not somebody waits. */
  async #look(): Promise<boolean> {
    const before = this.#last;
    const sight = await this.#lookClosely().catch((error: Error) => {
      this.#failure = error;
      throw error;
    });
    this.#last = sight;
    this.#failure = undefined;
    for (const pending of [...this.#pending]) this.#judge(pending, sight);
    this.#showTo(this.#onSight, sight);
    return before === undefined || !isSamePicture(before.picture, sight.picture);
  }

  /** What cannot be told of a sight fails the waits, which may rely on it. */
  #showTo(onSight: (sight: ScreenSight) => void, sight: ScreenSight): void {
    try {
      onSight(sight);
    } catch (error) {
      for (const pending of [...this.#pending]) {
        this.#finish(pending, () => pending.reject(error as Error));
      }
    }
  }

  /** One look, with the place of the cursor where a wait needs that. */
  async #lookClosely(): Promise<ScreenSight> {
    const display = this.#display();
    const first = await display.look();
    const needsCursor = [...this.#pending].some(({ wait }) => wait.needsCursor?.(first));
    return needsCursor ? await display.lookWithCursor() : first;
  }

  #sample(): void {
    // Who comes while nothing has changed for long shall not wait for the next look.
    this.#wake?.();
    if (this.#isSampling) return;
    this.#isSampling = true;
    void this.#loop().finally(() => {
      this.#isSampling = false;
      if (this.#pending.size > 0 && this.#ended === undefined) this.#sample();
    });
  }

  async #loop(): Promise<void> {
    let intervalMs = leastIntervalMs;
    while (this.#pending.size > 0 && this.#ended === undefined) {
      try {
        const hasChanged = await this.#look();
        intervalMs = hasChanged ? leastIntervalMs : Math.min(mostIntervalMs, intervalMs * growth);
      } catch (error) {
        // A machine that has ended fails the waits with how; anything else is said as it is.
        await inputRead();
        if (this.#ended === undefined) this.#failOfLook(error as Error);
        intervalMs = mostIntervalMs;
      }
      if (this.#pending.size === 0 || this.#ended !== undefined) return;
      const wasWoken = await this.#rest(intervalMs);
      if (wasWoken) intervalMs = leastIntervalMs;
    }
  }

  /**
   * A QEMU that has gone is for the machine to judge: it fails what waits. One without a picture
   * is asked again, and a wait that fails meanwhile says so.
   */
  #failOfLook(error: Error): void {
    if (!(error instanceof BringupError) || error instanceof TimeoutError) {
      for (const pending of [...this.#pending]) this.#finish(pending, () => pending.reject(error));
    }
  }

  #rest(intervalMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = startTimer(intervalMs, () => this.#wake?.());
      const startedMs = monotonicMs();
      this.#wake = () => {
        timer.stop();
        this.#wake = undefined;
        resolve(monotonicMs() - startedMs < intervalMs - 1);
      };
    });
  }

  #judge(pending: Pending, sight: ScreenSight): void {
    const { wait } = pending;
    try {
      const line = wait.fatal?.(sight);
      if (line !== undefined) {
        const because = "the screen shows fatal output";
        const exit = { kind: "panic", message: line.trim(), because } as const;
        const waited = `${wait.phase}${wait.hint?.(sight) ?? ""}`;
        throw new GuestError(`while waiting for ${waited}`, exit);
      }
      const result = wait.look(sight);
      if (result !== undefined) this.#finish(pending, () => pending.resolve(result));
    } catch (error) {
      this.#finish(pending, () => pending.reject(error as Error));
    }
  }

  /** The limit has passed: one more look decides, if QEMU still gives one. */
  async #expire(pending: Pending, { detail = "", limitMs, name }: PassedLimit): Promise<void> {
    await this.#look().catch(() => {});
    if (!this.#pending.has(pending)) return;
    const hint = this.#hintOf(pending);
    this.#finish(pending, () =>
      pending.reject(new TimeoutError(pending.wait.phase, limitMs, name, detail + hint)),
    );
  }

  #hintOf({ wait }: Pending): string {
    const [why] = this.#failure?.message.split("\n", 1) ?? [];
    const failure = why === undefined ? "" : `\n  QEMU gives no picture of the screen: ${why}`;
    return `${wait.hint?.(this.#last) ?? ""}${failure}`;
  }

  #finish(pending: Pending, settle: () => void): void {
    pending.stopTimer();
    if (!this.#pending.delete(pending)) return;
    this.#onWaiting(-1);
    settle();
  }
}
