/** The waits for what a terminal shows, and the judgement over each of them. */
import { TimeoutError, type TrackCall } from "../evidence/index.ts";
import { type PassedLimit, startWaitLimit, type WaitLimit } from "../wait/index.ts";
import type { AwaitedText } from "./awaited-text.ts";
import type { Encoding } from "./characters/index.ts";
import { fatalError } from "./fatal-error.ts";
import { FatalWatch } from "./fatal-output.ts";
import type { FatalOutput } from "./growing-output.ts";
import { nearestLine } from "./nearest-line.ts";
import { checkWaitOptions, type WaitOptions } from "./wait-options.ts";

/** What a terminal needs of its port. */
export interface TerminalPort {
  readonly name: string;
  readonly encoding: Encoding;
  /** The port's own fatal output. */
  readonly fatal: FatalWatch;
  readonly bytes: () => Uint8Array;
  /** Offset after the newest character of the port's text. */
  readonly end: () => number;
  readonly isQuiet: () => boolean;
  /** Makes the error of a wait on a machine that has ended; `undefined` while it has not. */
  readonly ended: () => ((phase: string) => Error) | undefined;
  readonly limit: (timeoutMs: number | undefined, clock?: "host") => WaitLimit;
  readonly onWaiting: (change: 1 | -1) => void;
  /** Takes note of a wait of the caller's. */
  readonly track: TrackCall;
  readonly withEvidence: (error: Error, awaited: AwaitedText) => Promise<Error>;
  /** Sends the guest what the terminal answers, before all that waits for its turn. */
  readonly answer: (text: string) => Promise<void>;
}

/** What is waited for. */
export interface ScreenCondition<Result> {
  /** In words: `to show "login: "`. */
  readonly description: string;
  /** Of which the failure names the nearest line. */
  readonly patterns: readonly (string | RegExp)[];
  /** Looks at the screen: the result, or `undefined` where it does not hold. */
  readonly look: () => Result | undefined;
}

/** One wait: its condition, its own fatal output, its limit. */
class TerminalWait {
  readonly condition: ScreenCondition<unknown>;
  readonly promise: Promise<unknown>;
  readonly ownFatal: FatalWatch | undefined;
  stopTimer: () => void = () => {};
  resolve!: (result: unknown) => void;
  reject!: (error: Error) => void;

  constructor(condition: ScreenCondition<unknown>, { failOn }: WaitOptions, start: number) {
    this.condition = condition;
    this.ownFatal = failOn === undefined ? undefined : new FatalWatch(failOn, start);
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

export class TerminalWaits {
  readonly #name: string;
  readonly #port: TerminalPort;
  readonly #rows: () => readonly string[];
  readonly #waits = new Set<TerminalWait>();

  /** @param name "serial0's terminal". @param rows the rows that are shown. */
  constructor(name: string, port: TerminalPort, rows: () => readonly string[]) {
    this.#name = name;
    this.#port = port;
    this.#rows = rows;
  }

  get arePending(): boolean {
    return this.#waits.size > 0;
  }

  /**
   * Waits until a look at the screen satisfies `condition`. It does not look by itself: see `look`.
   * @throws `SpecError` for options that cannot be.
   */
  begin<Result>(
    condition: ScreenCondition<Result>,
    options: WaitOptions,
    limit: WaitLimit,
  ): Promise<Result> {
    checkWaitOptions(options);
    const wait = new TerminalWait(condition, options, this.#port.end());
    this.#waits.add(wait);
    this.#port.onWaiting(1);
    wait.stopTimer = startWaitLimit(limit, (passed) => this.#expire(wait, passed));
    this.#failOfFatal(wait);
    return wait.promise as Promise<Result>;
  }

  /** Text that the port's watch for fatal output already knows, and that is not shown yet. */
  add(text: string): void {
    for (const wait of [...this.#waits]) {
      wait.ownFatal?.add(text);
      this.#failOfFatal(wait);
    }
  }

  /** The screen is as it shall be looked at. */
  look(): void {
    for (const wait of [...this.#waits]) this.#judge(wait);
  }

  /** The guest pauses: what could still grow counts now. */
  settle(): void {
    for (const wait of [...this.#waits]) {
      wait.ownFatal?.settle();
      this.#judge(wait);
    }
  }

  /** Fails all waits. */
  fail(makeError: (phase: string) => Error): void {
    for (const wait of [...this.#waits]) {
      this.#reject(wait, makeError(`${this.#phase(wait)}${this.#hint(wait)}`));
    }
  }

  #judge(wait: TerminalWait): void {
    this.#failOfFatal(wait);
    if (!this.#waits.has(wait) || this.#fatalOf(wait) !== undefined) return;
    try {
      const result = wait.condition.look();
      if (result === undefined) return;
      // A wait that names its own fatal output answers for all that it has passed.
      if (wait.ownFatal !== undefined) this.#port.fatal.passUpTo(this.#port.end());
      this.#end(wait);
      wait.resolve(result);
    } catch (error) {
      this.#reject(wait, error as Error);
    }
  }

  #fatalOf(wait: TerminalWait): FatalOutput | undefined {
    return wait.ownFatal === undefined ? this.#port.fatal.unexpected : wait.ownFatal.first;
  }

  /** Once the line with the fatal output is complete, and with it the message. */
  #failOfFatal(wait: TerminalWait): void {
    const fatal = this.#fatalOf(wait);
    const { failure } = wait.ownFatal ?? this.#port.fatal;
    if (fatal === undefined && failure !== undefined) this.#reject(wait, failure);
    if (!fatal?.complete) return;
    const phase = `${this.#phase(wait)}${this.#hint(wait)}`;
    this.#reject(wait, fatalError(this.#port.name, phase, fatal));
  }

  /** The limit has passed, and what had arrived by then has been read. */
  #expire(wait: TerminalWait, { detail = "", limitMs, name }: PassedLimit): void {
    if (!this.#waits.has(wait)) return;
    wait.ownFatal?.settle();
    this.#judge(wait);
    if (!this.#waits.has(wait)) return;
    const more = detail + this.#hint(wait);
    this.#reject(wait, new TimeoutError(this.#phase(wait), limitMs, name, more));
  }

  /** The row that is nearest to what was waited for. */
  #hint(wait: TerminalWait): string {
    const near = nearestLine(this.#rows(), wait.condition.patterns);
    return near === undefined ? "" : `\n  nearest line: ${JSON.stringify(near)}`;
  }

  #reject(wait: TerminalWait, error: Error): void {
    this.#end(wait);
    wait.reject(error);
  }

  #end(wait: TerminalWait): void {
    wait.stopTimer();
    this.#waits.delete(wait);
    this.#port.onWaiting(-1);
  }

  #phase(wait: TerminalWait): string {
    return `${this.#name} ${wait.condition.description}`;
  }
}
