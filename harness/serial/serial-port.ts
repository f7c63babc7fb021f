/** One serial port: what the guest prints on it, and what is typed to the guest. */
import { atCaller } from "../evidence/index.ts";
import { type CommandOptions, checkCommand } from "./command.ts";
import { charactersOfKey } from "./control-keys.ts";
import { checkLineEnd, type LineEnd } from "./line-end.ts";
import type { PaceOptions } from "./pace.ts";
import { SerialOutput, withoutAlarm } from "./serial-output.ts";
import type { SerialLimits, SerialOutputHooks } from "./serial-record.ts";
import { Typing } from "./typing.ts";
import type { WaitOptions } from "./wait-options.ts";

/** What the owner of the port hands in. */
export interface SerialPortHooks extends SerialOutputHooks {
  /** Sends bytes to the guest; resolves when they are under way. */
  readonly send: (bytes: Uint8Array) => Promise<void>;
}

/** For input: milliseconds without progress after which it fails. Default: as for waits. */
export type WriteOptions = Pick<WaitOptions, "timeoutMs">;

/** A serial port of a running machine. Made by the machine, never by a test. */
export class SerialPort extends SerialOutput {
  readonly #typing: Typing;
  #lineEnd: LineEnd = "\r";

  constructor(name: string, hooks: SerialPortHooks, limits?: Partial<SerialLimits>) {
    super(name, hooks, limits);
    const port = this;
    this.#typing = new Typing({
      encoding: this.encoding,
      get end() {
        return port.end;
      },
      get hasEnded() {
        return port.hasEnded;
      },
      slice: (start, end) => this.slice(start, end),
      printed: (start, end) => this.printed(start, end),
      send: hooks.send,
      limit: hooks.limit,
      watch: (...watched) => this.watch(...watched),
    });
  }

  /**
   * What `writeLine` and `command` end a line with: `"\r"`, as the Enter key does, unless it is set
   * to `"\n"` or `"\r\n"`. @throws `SpecError` for anything else.
   */
  get lineEnd(): LineEnd {
    return this.#lineEnd;
  }

  set lineEnd(value: LineEnd) {
    this.#lineEnd = checkLineEnd(value);
  }

  /**
   * Sends text in the port's `encoding`, or bytes as they are, all at once. Resolves when they are
   * on their way: the guest reads them when it likes, and in order with all that is sent to this
   * port.
   * @throws `TimeoutError` where the way stays full for `timeoutMs`; `GuestError` when the guest
   *   dies meanwhile; `StateError` when the machine has ended before: what was sent stays sent.
   *   `SpecError` for a character that the encoding lacks: nothing was sent.
   */
  write(input: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
    return this.#act(() => this.#typing.write(input, options.timeoutMs));
  }

  /** Sends a line and its end: `lineEnd`, or else the port's. @throws as `write`. */
  writeLine(text = "", options: WriteOptions & { readonly lineEnd?: LineEnd } = {}): Promise<void> {
    return this.#act(async () => {
      const lineEnd = checkLineEnd(options.lineEnd ?? this.#lineEnd);
      await this.#typing.write(text + lineEnd, options.timeoutMs);
    });
  }

  /**
   * Presses a key: sends what a terminal sends for "enter", "ctrl-c", "up", "shift-tab".
   * @throws `SpecError` for a key that no terminal has; else as `write`.
   */
  press(key: string, options: WriteOptions = {}): Promise<void> {
    return this.#act(() => this.#typing.write(charactersOfKey(key), options.timeoutMs));
  }

  /**
   * Types text one character at a time. Each waits for the echo of the one before; from the first
   * that is not echoed on (within 250 ms), they come 10 ms (`paceMs`) apart. Resolves when the last
   * one is echoed, or sent. The cursor stays: the echo is output like any other.
   * @throws `TimeoutError` where nothing gets on for `timeoutMs`; `GuestError` as `waitFor`;
   *   `SpecError`; `StateError` when the machine has ended before. What was typed stays typed.
   */
  type(text: string, options: PaceOptions = {}): Promise<void> {
    return this.#act(() => this.#typing.type(text, options));
  }

  /**
   * Sends a file, or bytes, as they are and without loss: sixteen bytes at a time, each waiting for
   * the echo of those before, where the guest echoes the first sixteen; else as fast as the guest
   * reads, or with `paceMs` between sixteen bytes. Resolves when all are echoed, or on their way,
   * of which at most the last 64 KiB have not been read. The cursor stays.
   * @throws as `type`; `SpecError` for a file that cannot be read.
   */
  sendFile(file: string | Uint8Array, options: PaceOptions = {}): Promise<void> {
    return this.#act(() => this.#typing.sendFile(file, options));
  }

  /**
   * Runs one command: waits until the guest stands at its prompt, sends the line, and waits until
   * the prompt stands at the end of its output and the line is quiet. The cursor is behind that
   * prompt then.
   * @returns the output, normalised, without the echo, the prompt, and the line end before it; of
   *   more than half of what is kept in memory the end, with a line before it that says so.
   * @throws `TimeoutError` after `timeoutMs`, which is for all of it; `GuestError` as `waitFor`;
   *   `SpecError`; `StateError` when the machine has ended before. After an error the cursor is
   *   where it was.
   */
  command(line: string, options: CommandOptions): Promise<string> {
    const output = this.#act(async () => {
      checkCommand(line, options);
      return await this.#typing.command(line, options.lineEnd ?? this.#lineEnd, options);
    });
    return this.tracked("command()", output);
  }

  protected override answer(text: string): Promise<void> {
    return this.#typing.answer(text);
  }

  /** Errors point to the call, and have the evidence of the machine. */
  #act<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = atCaller(async () => {
      try {
        return await act();
      } catch (error) {
        throw await this.withEvidence(error as Error);
      }
    });
    return withoutAlarm(done);
  }
}
