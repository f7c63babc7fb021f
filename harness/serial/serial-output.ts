/** Waiting for what a guest prints on a port. */

import { atCaller, CallSite } from "../evidence/index.ts";
import type { WaitLimit } from "../wait/index.ts";

import type { AwaitedText } from "./awaited-text.ts";
import { type LineSource, type SerialLine, takeLines } from "./lines.ts";
import { PendingWaits } from "./pending-waits.ts";
import { QuietTimer } from "./quiet-timer.ts";
import { type SerialLimits, type SerialOutputHooks, SerialRecord } from "./serial-record.ts";
import { SerialTerminal } from "./terminal.ts";
import { type OwnAim, type SerialMatch, SerialWait, type WaitResult } from "./wait.ts";
import type { WaitOptions } from "./wait-options.ts";

/** Quiet time after which a match that could still grow counts, in milliseconds. */
const settlingMs = 20;

/** What a guest prints on one port. Made by the machine, never by a test. */
export abstract class SerialOutput extends SerialRecord {
  /** What a person at a terminal would see: a screen, not a stream. */
  readonly terminal: SerialTerminal;
  readonly #hooks: SerialOutputHooks;
  readonly #waits: PendingWaits;
  readonly #quiet: QuietTimer;
  #ended: ((phase: string) => Error) | undefined;

  constructor(name: string, hooks: SerialOutputHooks, limits: Partial<SerialLimits> = {}) {
    super(name, hooks, limits);
    this.#hooks = hooks;
    this.#waits = new PendingWaits({
      name,
      transcript: this.transcript,
      times: this.times,
      fatal: this.fatal,
      held: () => this.held,
      onWaiting: (change) => hooks.onWaiting?.(change),
    });
    this.#quiet = new QuietTimer(limits.settlingMs ?? settlingMs, () => this.settle());
    this.terminal = new SerialTerminal({
      name,
      encoding: this.encoding,
      fatal: this.fatal,
      bytes: () => this.bytes,
      end: () => this.end,
      isQuiet: () => this.#quiet.isQuiet,
      ended: () => this.#ended,
      limit: hooks.limit,
      onWaiting: (change) => hooks.onWaiting?.(change),
      withEvidence: (error, awaited) => this.withEvidence(error, awaited),
      track: (call, result) => this.tracked(call, result),
      answer: (text) => this.answer(text),
    });
  }

  /** Sends the guest what its terminal answers, now: whoever types may be waiting for its echo. */
  protected abstract answer(text: string): Promise<void>;

  /** Offset in the text where the next wait begins: the end of the last successful match. */
  get cursor(): number {
    return this.#waits.cursor;
  }

  /** Whether the guest is paused: then it prints nothing, which proves nothing. */
  get isPaused(): boolean {
    return this.#hooks.isPaused?.() ?? false;
  }

  /** Whether a wait with a `failOn` of its own may yet answer for the fatal output. */
  get isFatalTolerated(): boolean {
    return this.#waits.areTolerant;
  }

  /** When the guest last printed here, on the clock of `monotonicMs`. */
  get lastActivityMs(): number {
    return this.#quiet.lastActivityMs;
  }

  /**
   * Waits until the guest has printed `pattern`, from the cursor on, and moves the cursor to the
   * end of the match. A string counts with its last byte; a regular expression whose match could
   * still grow counts when another character follows or the line has been quiet, and one that
   * looks ahead to what must not follow when the line is complete. `^` is true at the cursor.
   * @throws `TimeoutError` after `timeoutMs` (default: the machine's); `GuestError` at once when
   *   the guest dies, prints fatal output (`failOn`), or is provably dead; `SpecError` for a
   *   pattern that every output matches; `PatternError` for one whose look had to be ended. After
   *   an error the cursor is where it was.
   */
  waitFor(pattern: string | RegExp, options: WaitOptions = {}): Promise<SerialMatch> {
    const match = atCaller(() => this.#wait([pattern], options)).then((result) => result.match);
    return this.tracked("waitFor()", match);
  }

  /**
   * As `waitFor`, for the first of several patterns to be decided; the first in the list if they
   * are decided by the same character.
   */
  waitForAny(
    patterns: readonly (string | RegExp)[],
    options: WaitOptions = {},
  ): Promise<WaitResult> {
    return this.tracked(
      "waitForAny()",
      atCaller(() => this.#wait(patterns, options)),
    );
  }

  /**
   * Line by line what the guest prints, from the cursor on: each line is a wait for its end, and
   * moves the cursor behind it, so that other waits may come before, between and after. The lines
   * end when the machine does in good order; what then stands on an unfinished line is the last.
   * Nothing is held between two lines: a loop may be left at any time.
   * @param options of each wait for a line. `failOn` sees one line at a time.
   * @throws `GuestError` when the guest dies, after all lines; `TimeoutError` if no line comes
   *   within `timeoutMs` (default: the machine's). After an error lines can be taken anew.
   */
  lines(options: WaitOptions = {}): AsyncGenerator<SerialLine, void, undefined> {
    const source: LineSource = {
      transcript: this.transcript,
      times: this.times,
      cursor: () => this.cursor,
      hasEnded: () => this.#ended !== undefined,
      begin: (wait, end) =>
        this.#begin(wait, this.#hooks.limit(options.timeoutMs, options.clock), end),
      takeRest: () => this.#waits.moveCursor(this.end),
      withEvidence: (error) => this.withEvidence(error),
    };
    return takeLines(source, options, new CallSite());
  }

  /** From now on fatal output is expected: it fails no wait and no test. For the machine. */
  expectFatal(): void {
    this.fatal.suspend();
    this.#waits.forgive();
    if (this.#quiet.isQuiet) this.terminal.settle();
  }

  /** Takes what QEMU sent. For the machine. */
  receive(bytes: Uint8Array): void {
    this.#quiet.restart();
    this.keep(bytes);
    const read = (piece: Uint8Array) => {
      const { held } = this;
      this.#advance(this.decode(piece), held);
    };
    if (this.terminal.isOpen) this.terminal.receive(bytes, read);
    else read(bytes);
  }

  /** Treats the line as quiet: nothing that has arrived will grow. For the machine. */
  settle(): void {
    this.fatal.settle();
    this.#waits.settle();
    this.terminal.settle();
  }

  /** Fails every wait now, after a last look at what could still grow. For the machine. */
  failWaits(makeError: (phase: string) => Error): void {
    this.settle();
    this.#waits.fail(makeError);
    this.terminal.failWaits(makeError);
  }

  /** The machine has ended and everything it printed has been received. Later waits fail too. */
  finish(makeError: (phase: string) => Error): void {
    this.#ended ??= makeError;
    const { held } = this;
    this.#advance(this.decodeRest(), held);
    this.terminal.end();
    this.failWaits(this.#ended);
    this.#quiet.stop();
  }

  /** Whether the machine has ended: every wait for what is not there fails at once. */
  protected get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** A wait of the harness's own; its error has no evidence yet. */
  protected watch(
    aim: OwnAim,
    start: number,
    limit: WaitLimit,
    failOn: WaitOptions["failOn"],
  ): { readonly done: Promise<WaitResult>; drop(): void } {
    const wait = new SerialWait(aim.similar ?? [], start, { failOn }, aim);
    this.#begin(wait, limit);
    return { done: withoutAlarm(wait.promise), drop: () => this.#waits.drop(wait) };
  }

  async #wait(patterns: readonly (string | RegExp)[], options: WaitOptions): Promise<WaitResult> {
    // What is no longer in memory cannot be searched.
    const start = Math.max(this.cursor, this.transcript.omitted);
    const wait = new SerialWait(patterns, start, options);
    this.#begin(wait, this.#hooks.limit(options.timeoutMs, options.clock));
    try {
      return await wait.promise;
    } catch (error) {
      throw await this.withEvidence(error as Error, { channel: this.name, patterns });
    }
  }

  #begin(wait: SerialWait, limit: WaitLimit, end?: number): void {
    this.#waits.begin(wait, limit, end);
    if (this.#quiet.isQuiet) this.#waits.settle();
    if (this.#ended !== undefined) this.#waits.fail(this.#ended);
  }

  /** A wait of the caller's: who has to await it, and does not, may be told. */
  protected tracked<Result>(call: string, result: Promise<Result>): Promise<Result> {
    return this.#hooks.track?.(call, withoutAlarm(result)) ?? withoutAlarm(result);
  }

  /** The first error is the one that is thrown, whatever goes wrong while it is dressed up. */
  protected async withEvidence(
    error: Error,
    awaited: AwaitedText = { channel: this.name, patterns: [] },
  ): Promise<Error> {
    try {
      return (await this.#hooks.attachEvidence?.(error, awaited)) ?? error;
    } catch (secondary) {
      error.cause ??= secondary;
      return error;
    }
  }

  /** @param held what stood behind the text, and could be seen there, before `text` came. */
  #advance(text: string, held: string): void {
    if (held !== "" && !(text + this.held).startsWith(held)) this.#waits.takeBack();
    if (text === "") return;
    this.record(text);
    this.#waits.add(text);
    this.terminal.read(text);
  }
}

/**
 * A wait that fails before it is awaited must not end the process: whoever awaits it gets the
 * error, and the end of the test judges the guest in any case.
 */
export function withoutAlarm<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
