/**
 * The one sanctioned poll: QEMU has no event for "every CPU is halted with interrupts off", so
 * while the guest is silent and someone waits, its registers are looked at now and then.
 */

import type { DeadHalt } from "../evidence/index.ts";
import { inputRead, monotonicMs, startTimer, type Timer } from "../wait/index.ts";
import type { Autopsy } from "./autopsy.ts";

/** Silence after which a first look is worth it, in milliseconds. */
const silenceMs = 150;
/** Milliseconds between looks at a guest that stays silent: it may die later on, silently. */
const againMs = 400;

export interface SamplerHooks {
  /** Time of the guest's last output, on the clock of `monotonicMs`. */
  readonly lastActivityMs: () => number;
  /** Whether the guest executes: a paused machine is not dead. */
  readonly isRunning: () => boolean;
  readonly onDead: (finding: DeadHalt) => void;
  /** A silent guest is not dead: it may have said elsewhere that it dies. */
  readonly onSilence: () => Promise<void>;
}

export class DeadHaltSampler {
  readonly #autopsy: Autopsy;
  readonly #hooks: SamplerHooks;
  #waiting = 0;
  #timer: Timer | undefined;
  #isLooking = false;
  #isTurnOfOthers = false;
  #stopped = false;

  constructor(autopsy: Autopsy, hooks: SamplerHooks) {
    this.#autopsy = autopsy;
    this.#hooks = hooks;
  }

  /** Someone has begun (+1) or ceased (-1) to wait for the guest. */
  waiting(change: 1 | -1): void {
    this.#waiting += change;
    if (this.#waiting > 0) this.#arm();
    else this.#disarm();
  }

  /** The machine has ended, or is debugged: never looks again. */
  stop(): void {
    this.#stopped = true;
    this.#disarm();
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#isLooking || this.#stopped) return;
    const silentMs = monotonicMs() - this.#hooks.lastActivityMs();
    const isFresh = silentMs < silenceMs;
    this.#lookAfter(isFresh ? silenceMs - silentMs : 0);
  }

  #lookAfter(delayMs: number): void {
    this.#timer = startTimer(delayMs, () => void this.#look()).unref();
  }

  #disarm(): void {
    this.#timer?.stop();
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    this.#isLooking = true;
    const activityMs = this.#hooks.lastActivityMs();
    const isSilent = monotonicMs() - activityMs >= silenceMs - 1;
    if (isSilent && this.#hooks.isRunning()) await this.#judge(activityMs);
    this.#isLooking = false;
    if (this.#waiting === 0 || this.#stopped) return;
    this.#lookAfter(isSilent ? againMs : silenceMs);
  }

  async #judge(activityMs: number): Promise<void> {
    const { judgement, registers } = await this.#autopsy.judgeHalt();
    if (!judgement.dead) {
      // A look elsewhere costs more than one at registers: every second time is soon enough.
      this.#isTurnOfOthers = !this.#isTurnOfOthers;
      if (this.#isTurnOfOthers) await this.#hooks.onSilence();
      return;
    }
    const at = await this.#autopsy.locate(registers.find(({ cpu }) => cpu === judgement.cpu));
    // What the guest printed before it halted was in the FIFO before QEMU answered.
    await inputRead();
    const isStill = this.#hooks.lastActivityMs() === activityMs && this.#hooks.isRunning();
    if (!isStill || this.#stopped || this.#waiting === 0) return;
    const place = at === undefined ? {} : { at };
    const { because, spins } = judgement;
    this.#hooks.onDead({ kind: "dead-halt", because, ...(spins ? { spins } : {}), ...place });
  }
}
