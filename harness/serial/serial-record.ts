/** What a guest has printed on a port so far: text, bytes, times, and whether it was fatal. */

import { fatalPatterns } from "../deaths/index.ts";
import type { TrackCall } from "../evidence/index.ts";
import { monotonicMs, type WaitLimit } from "../wait/index.ts";
import { ArrivalTimes } from "./arrival-times.ts";
import type { AwaitedText } from "./awaited-text.ts";
import { ByteTail } from "./byte-tail.ts";
import type { Encoding } from "./characters/index.ts";
import { FatalWatch } from "./fatal-output.ts";
import type { FatalOutput } from "./growing-output.ts";
import { linesSoFar, type SerialLine } from "./lines.ts";
import { TextDecoderOfSerial } from "./text-decoder.ts";
import { Transcript } from "./transcript.ts";

/** Limits of a port; `docs/limits.md` lists them. */
export interface SerialLimits {
  /** Characters of text, and bytes, that are kept in memory; the log on disk has everything. */
  readonly keptCharacters: number;
  /** Quiet time after which a match that could still grow counts, in milliseconds. */
  readonly settlingMs: number;
}

/** What the owner of the port hands in. */
export interface SerialOutputHooks {
  /** In which the guest writes and reads text. Default: UTF-8. */
  readonly encoding?: Encoding | undefined;
  /** Milliseconds since the guest's first instruction. Default: since the port was made. */
  readonly clockMs?: () => number;
  /** Whether the guest is paused from outside, so that it cannot print. Default: it is not. */
  readonly isPaused?: () => boolean;
  /** The limit for a wait that asks for `timeoutMs` by a clock, and the name of that limit. */
  readonly limit: (timeoutMs: number | undefined, clock?: "host") => WaitLimit;
  /** What this guest prints when it dies; default: `fatalPatterns`. */
  readonly failOn?: readonly (string | RegExp)[] | undefined;
  /** Called when fatal output is complete, before any wait fails of it; at most 100 times. */
  readonly onFatal?: (output: FatalOutput) => void;
  /** Called with +1 when a wait begins and with -1 when it ends. */
  readonly onWaiting?: (change: 1 | -1) => void;
  /** Takes note of each wait of the caller's. */
  readonly track?: TrackCall | undefined;
  /** Gives an error the evidence of the machine on its way out. */
  readonly attachEvidence?: (error: Error, awaited: AwaitedText) => Promise<Error> | Error;
}

/** Characters of text, and bytes, that are kept in memory. `docs/limits.md`. */
const keptCharacters = 4 * 1024 * 1024;

/** What a guest has printed on one port. Waiting for more is `SerialOutput`'s. */
export abstract class SerialRecord {
  readonly name: string;
  /** The encoding of what is printed and typed, by its name for `TextDecoder`: "utf-8". */
  readonly encoding: Encoding;
  protected readonly transcript: Transcript;
  protected readonly times = new ArrivalTimes();
  protected readonly fatal: FatalWatch;
  readonly #bytes: ByteTail;
  readonly #clockMs: () => number;
  readonly #decoder: TextDecoderOfSerial;

  constructor(name: string, hooks: SerialOutputHooks, limits: Partial<SerialLimits>) {
    this.name = name;
    this.encoding = hooks.encoding ?? "utf-8";
    this.#decoder = new TextDecoderOfSerial(this.encoding);
    const madeMs = monotonicMs();
    this.#clockMs = hooks.clockMs ?? (() => monotonicMs() - madeMs);
    const kept = limits.keptCharacters ?? keptCharacters;
    this.transcript = new Transcript(kept);
    this.#bytes = new ByteTail(kept);
    this.fatal = new FatalWatch(hooks.failOn ?? fatalPatterns, 0, (output) => {
      hooks.onFatal?.(output);
    });
  }

  /** Everything printed so far, normalised; says at its head what is no longer in memory. */
  get text(): string {
    return this.transcript.toString() + this.held;
  }

  /** A copy of the bytes as they came: the newest 4 MiB of them. */
  get bytes(): Uint8Array {
    return this.#bytes.toBytes();
  }

  /** Bytes that are no longer in memory. */
  get omittedBytes(): number {
    return this.#bytes.omitted;
  }

  /** Offset after the newest character that nothing can take back. */
  get end(): number {
    return this.transcript.end;
  }

  /** The text between two offsets, as far as it is still in memory. */
  slice(start: number, end: number): string {
    return this.transcript.slice(start, end);
  }

  /** The last lines printed, oldest first. */
  lastLines(count: number): string[] {
    return this.transcript.lastLines(count, 0, this.held);
  }

  /** The complete lines that are still in memory, oldest first. The cursor says nothing here. */
  get printedLines(): SerialLine[] {
    return linesSoFar({ transcript: this.transcript, times: this.times });
  }

  /** Why `failOn` says nothing any more: a look of one of its patterns had to be ended. */
  get fatalFailure(): Error | undefined {
    return this.fatal.failure;
  }

  /** The first fatal output that nothing expected. */
  get unexpectedFatal(): FatalOutput | undefined {
    return this.fatal.unexpected;
  }

  /** The first that no wait has passed with a `failOn` of its own: how an end is judged by it. */
  get standingFatal(): FatalOutput | undefined {
    return this.fatal.standing;
  }

  /** Whether fatal output is expected by now. */
  get isFatalExpected(): boolean {
    return this.fatal.isSuspended;
  }

  /** The first fatal output, expected or not. */
  get firstFatal(): FatalOutput | undefined {
    return this.fatal.first;
  }

  /** What stands between two offsets; says at its head what is no longer in memory. */
  protected printed(start: number, end: number): string {
    return this.transcript.before(end, start);
  }

  /** Keeps bytes as they came. */
  protected keep(bytes: Uint8Array): void {
    this.#bytes.add(bytes);
  }

  /** The text that these bytes complete; what is unfinished is held back. */
  protected decode(bytes: Uint8Array): string {
    return this.#decoder.write(bytes);
  }

  /** What stands behind the text while an escape sequence has begun that may be none. */
  protected get held(): string {
    return this.#decoder.held;
  }

  /** What has been held back, now that nothing more comes. */
  protected decodeRest(): string {
    return this.#decoder.end();
  }

  /** Adds text, with the time at which it arrived. */
  protected record(text: string): void {
    this.transcript.add(text);
    this.times.add(this.transcript.end, this.#clockMs(), this.transcript.omitted);
    this.fatal.add(text);
  }
}
