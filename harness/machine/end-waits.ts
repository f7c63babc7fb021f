/** Waits for the end of a machine: `toExit`, `toPowerOff`, `toReset` and `toPanic` use them. */

import { type DeadHalt, GuestError, type MachineExit, TimeoutError } from "../evidence/index.ts";
import { type PassedLimit, startWaitLimit, type WaitLimit } from "../wait/index.ts";

/** What is waited for. */
export interface EndWait {
  /** For messages: "to power off". */
  readonly description: string;
  /**
   * Whether that end satisfies the wait. One that accepts a panic and no clean end is satisfied by
   * a guest that says that it dies, before it has ended.
   */
  readonly accepts: (exit: MachineExit) => boolean;
  /** Whether the wait is for a panic: one that it does not accept is another. */
  readonly isForPanic?: boolean;
  /** Whether a reset that the machine goes on after satisfies the wait. */
  readonly isResetEnough?: boolean;
  readonly limit: WaitLimit;
}

const cleanEnd: MachineExit = { kind: "power-off", because: "" };

interface Pending extends EndWait {
  readonly resolve: (exit: MachineExit) => void;
  readonly reject: (error: Error) => void;
  stopTimer: () => void;
}

export class EndWaits {
  readonly #pending = new Set<Pending>();
  readonly #onWaiting: (change: 1 | -1) => void;
  #exit: MachineExit | undefined;

  constructor(onWaiting: (change: 1 | -1) => void) {
    this.#onWaiting = onWaiting;
  }

  get arePending(): boolean {
    return this.#pending.size > 0;
  }

  get exit(): MachineExit | undefined {
    return this.#exit;
  }

  /**
   * Waits for an exit that `accepts`.
   * @throws `GuestError` at once if the machine ends otherwise or is provably dead;
   *   `TimeoutError` at the limit; `SpecError` for a limit that is none.
   */
  add(wait: EndWait): Promise<MachineExit> {
    return new Promise((resolve, reject) => {
      const pending: Pending = { ...wait, resolve, reject, stopTimer: () => {} };
      if (this.#exit === undefined) {
        pending.stopTimer = startWaitLimit(wait.limit, (passed) => this.#expire(pending, passed));
      }
      this.#pending.add(pending);
      this.#onWaiting(1);
      if (this.#exit !== undefined) this.#offer(pending, this.#exit);
    });
  }

  /** Waits without a limit for any end. @throws `GuestError` if the guest is provably dead. */
  anyEnd(): Promise<MachineExit> {
    const limit = { limitMs: Number.POSITIVE_INFINITY, name: "none" };
    return this.add({ description: "to end", accepts: () => true, limit });
  }

  /** The machine has ended. */
  settle(exit: MachineExit): void {
    this.#exit ??= exit;
    for (const pending of [...this.#pending]) this.#offer(pending, this.#exit);
  }

  /** The guest has said that it dies: whoever waits for just that is satisfied before the end. */
  offerPanic(panic: MachineExit): void {
    for (const pending of [...this.#pending]) {
      if (!expectsPanic(pending, panic)) continue;
      this.#finish(pending);
      pending.resolve(panic);
    }
  }

  /**
   * The guest has said that it dies, and has not ended since.
   * @param isOther whether only waits for a panic are to fail, to which it is another.
   */
  failOfPanic(panic: MachineExit, isOther = false): void {
    for (const pending of [...this.#pending]) {
      if (isOther && pending.isForPanic !== true) continue;
      this.#finish(pending);
      pending.reject(new GuestError(`while waiting for the machine ${pending.description}`, panic));
    }
  }

  /**
   * The guest has reset the machine, which goes on: whoever waits longest for just that takes it.
   * @param take marks the reset as taken.
   */
  offerReset(take: () => boolean): void {
    const first = [...this.#pending].find((pending) => pending.isResetEnough);
    if (first === undefined || !take()) return;
    this.#finish(first);
    first.resolve({ kind: "reset", because: "RESET by the guest, and onReset is continue" });
  }

  /** The guest is provably dead, but the machine is still there. */
  fail(finding: DeadHalt): void {
    for (const pending of [...this.#pending]) {
      this.#finish(pending);
      pending.reject(
        new GuestError(`while waiting for the machine ${pending.description}`, finding),
      );
    }
  }

  #offer(pending: Pending, exit: MachineExit): void {
    this.#finish(pending);
    if (pending.accepts(exit)) pending.resolve(exit);
    else pending.reject(new GuestError(`expected the machine ${pending.description}`, exit));
  }

  #expire(pending: Pending, { limitMs, name, detail }: PassedLimit): void {
    if (!this.#pending.has(pending)) return;
    this.#finish(pending);
    const phase = `the machine ${pending.description}`;
    pending.reject(new TimeoutError(phase, limitMs, name, detail));
  }

  #finish(pending: Pending): void {
    pending.stopTimer();
    this.#pending.delete(pending);
    this.#onWaiting(-1);
  }
}

/** Whether the wait is for a panic: any end but that would be for others. */
export function expectsPanic({ accepts }: Pick<EndWait, "accepts">, panic: MachineExit): boolean {
  return accepts(panic) && !accepts(cleanEnd);
}
