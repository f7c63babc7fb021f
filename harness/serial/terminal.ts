/** A port as a person at a terminal sees it: a screen that the guest draws on. */
import { atCaller, SpecError } from "../evidence/index.ts";
import { cutAfter } from "../text/index.ts";
import { nextLookPoint } from "./look-points.ts";
import { checkPattern } from "./pattern-check.ts";
import { QueryAnswers } from "./query-answers.ts";
import { findOnScreen, type ScreenMatch, withoutBlanks } from "./screen-search.ts";
import {
  checkBetween,
  type ScreenPlace,
  type ScreenStyle,
  TerminalScreen,
} from "./terminal-screen.ts";
import { type ScreenCondition, type TerminalPort, TerminalWaits } from "./terminal-waits.ts";
import type { WaitOptions } from "./wait-options.ts";

/** That of a VT100, which is what serial lines have taken for granted since. */
const defaultSize: ScreenPlace = { row: 24, column: 80 };
/** Rows, and columns, that a screen can have. `docs/limits.md`. */
const longestSide = 1000;
/** Characters of a predicate that a message shows. */
const shownCharacters = 100;

/**
 * The screen of a terminal on a serial port. It costs nothing until it is first used, and then
 * shows what the guest had printed before, as far as the port's `bytes` have it.
 */
export class SerialTerminal {
  /** "serial0's terminal". */
  readonly name: string;
  readonly #port: TerminalPort;
  readonly #waits: TerminalWaits;
  readonly #answers: QueryAnswers;
  #size = defaultSize;
  #screen: TerminalScreen | undefined;
  #newestByte: number | undefined;

  /** For the port. */
  constructor(port: TerminalPort) {
    this.name = `${port.name}'s terminal`;
    this.#port = port;
    this.#waits = new TerminalWaits(this.name, port, () => this.lines);
    // An answer that does not reach the guest concerns those who wait for what the guest does.
    this.#answers = new QueryAnswers((answer) =>
      port.answer(answer).catch((error: Error) => this.#waits.fail(() => error)),
    );
  }

  /** Whether the terminal has been used. */
  get isOpen(): boolean {
    return this.#screen !== undefined;
  }

  /** 24, unless `resize` has changed it. */
  get rows(): number {
    return this.#size.row;
  }

  /** Columns of the screen: 80, unless `resize` has changed it. */
  get columns(): number {
    return this.#size.column;
  }

  /** What the screen shows, row by row, without blanks at the end of a row. */
  get lines(): readonly string[] {
    return this.#opened.rows.map((row) => row.trimEnd());
  }

  /** The rows joined by newlines, without empty rows at the end. */
  get text(): string {
    return withoutBlanks(this.#opened.rows);
  }

  /** Where the cursor is. The first row and the first column are 1. */
  get cursor(): ScreenPlace {
    return this.#opened.cursor;
  }

  /** How the character at a place is shown. @throws `SpecError` if that is not on the screen. */
  styleAt(row: number, column: number): ScreenStyle {
    return this.#opened.styleAt({ row, column });
  }

  /** How `text` is shown: the style of its first character, or `undefined` if it is not shown. */
  styleOf(text: string): ScreenStyle | undefined {
    checkPattern("text", text);
    const place = this.#opened.find(text);
    return place === undefined ? undefined : this.#opened.styleAt(place);
  }

  /** Whether the screen shows `pattern` now. @throws `SpecError` as `waitForText`. */
  shows(pattern: string | RegExp): boolean {
    checkPattern("pattern", pattern);
    return this.#find(pattern) !== undefined;
  }

  /**
   * Waits until the screen shows `pattern`: at once if it does already. It is looked at when the
   * guest pauses, and before each control character that follows something else.
   * @throws as `SerialPort.waitFor`: `TimeoutError`, `GuestError`, `SpecError`.
   */
  waitForText(pattern: string | RegExp, options: WaitOptions = {}): Promise<ScreenMatch> {
    const match = this.#wait(() => {
      checkPattern("pattern", pattern);
      const shown = typeof pattern === "string" ? JSON.stringify(pattern) : String(pattern);
      const look = () => this.#find(pattern);
      return { description: `to show ${shown}`, patterns: [pattern], look };
    }, options);
    return this.#port.track("waitForText()", match);
  }

  /**
   * Waits until `accepts` returns `true`, which is asked whenever `waitForText` would look.
   * Resolves with the `text` of that moment.
   * @throws as `waitForText`, and what `accepts` throws.
   */
  waitUntil(
    accepts: (terminal: SerialTerminal) => boolean,
    options: WaitOptions = {},
  ): Promise<string> {
    const text = this.#wait(() => {
      if (typeof accepts !== "function") {
        throw new SpecError("accepts", `takes a function, not ${typeof accepts}`);
      }
      const look = () => (this.#ask(accepts) ? this.text : undefined);
      const source = cutAfter(String(accepts).replaceAll(/\s+/g, " "), shownCharacters);
      return { description: `to satisfy ${source}`, patterns: [], look };
    }, options);
    return this.#port.track("waitUntil()", text);
  }

  /**
   * Makes the screen so large, as if it had always been. Holds afterwards: it shows what the guest
   * has printed on a screen of that size. The guest is not told, as nobody can on a serial line.
   * @throws `SpecError` for sizes that no screen has.
   */
  resize(columns: number, rows: number): void {
    checkBetween("columns", columns, longestSide);
    checkBetween("rows", rows, longestSide);
    this.#size = { row: rows, column: columns };
    this.#screen = this.#replay();
    if (this.#port.isQuiet()) this.#waits.look();
  }

  /**
   * From now on the guest gets an answer when it asks for the cursor, or for the size, the status
   * or the kind of the terminal. What it has asked so far is answered now, so that it does not
   * matter whether the guest or the test came first.
   */
  answerQueries(): void {
    this.#screen ??= this.#replay();
    this.#answers.start();
  }

  /**
   * Takes what the port received, after it was kept in `bytes`. Where somebody waits, `read` gets
   * it in pieces that end where the screen is looked at, so that fatal output is known by then.
   */
  receive(bytes: Uint8Array, read: (piece: Uint8Array) => void): void {
    const previous = this.#newestByte;
    let from = 0;
    let end = nextLookPoint(bytes, 0, previous);
    while (end !== undefined && this.#waits.arePending) {
      this.#take(bytes.subarray(from, end), read);
      this.#waits.look();
      from = end;
      end = nextLookPoint(bytes, end + 1, previous);
    }
    this.#take(bytes.subarray(from), read);
  }

  /** The port's text goes on: a wait's own fatal output is looked for. For the port. */
  read(text: string): void {
    this.#waits.add(text);
  }

  /** The guest pauses. For the port. */
  settle(): void {
    this.#waits.settle();
  }

  /** The guest prints no more. For the port. */
  end(): void {
    this.#screen?.end();
  }

  /** Fails every wait. For the port. */
  failWaits(makeError: (phase: string) => Error): void {
    this.#waits.fail(makeError);
  }

  get #opened(): TerminalScreen {
    this.#screen ??= this.#replay();
    return this.#screen;
  }

  /** A new screen that has seen everything that is still known. */
  #replay(): TerminalScreen {
    const take = (answer: string) => this.#answers.take(answer);
    const screen = new TerminalScreen(this.#size, this.#port.encoding, take);
    const bytes = this.#port.bytes();
    this.#answers.whileReplaying(() => screen.write(bytes));
    this.#newestByte = bytes.at(-1);
    return screen;
  }

  #take(piece: Uint8Array, read: (piece: Uint8Array) => void): void {
    if (piece.length === 0) return;
    read(piece);
    this.#screen?.write(piece);
    this.#newestByte = piece.at(-1);
  }

  /** A promise would be as good as `true`, whatever it comes to. */
  #ask(accepts: (terminal: SerialTerminal) => unknown): boolean {
    const answer = accepts(this);
    if (typeof answer === "boolean") return answer;
    throw new SpecError("accepts", `has to return true or false, not ${typeof answer}`);
  }

  #find(pattern: string | RegExp): ScreenMatch | undefined {
    return findOnScreen(this.#opened.rows, pattern);
  }

  #wait<Result>(
    makeCondition: () => ScreenCondition<Result>,
    options: WaitOptions,
  ): Promise<Result> {
    return atCaller(async () => {
      const condition = makeCondition();
      const { patterns } = condition;
      this.#screen ??= this.#replay();
      try {
        return await this.#begin(condition, options);
      } catch (error) {
        throw await this.#port.withEvidence(error as Error, { channel: this.name, patterns });
      }
    });
  }

  #begin<Result>(condition: ScreenCondition<Result>, options: WaitOptions): Promise<Result> {
    const limit = this.#port.limit(options.timeoutMs, options.clock);
    const result = this.#waits.begin(condition, options, limit);
    if (this.#port.isQuiet()) this.#waits.settle();
    const ended = this.#port.ended();
    if (ended !== undefined) this.#waits.fail(ended);
    return result;
  }
}
