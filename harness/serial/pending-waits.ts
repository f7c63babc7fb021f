/** The waits that are pending on a port, and the judgement over each of them. */

import { TimeoutError } from "../evidence/index.ts";
import { quotedAfter } from "../text/index.ts";
import type { PassedLimit, WaitLimit } from "../wait/index.ts";
import type { ArrivalTimes } from "./arrival-times.ts";
import { fatalError } from "./fatal-error.ts";
import type { FatalWatch } from "./fatal-output.ts";
import { findLine } from "./find-line.ts";
import { copyMatch } from "./match-copy.ts";
import { nearestLine } from "./nearest-line.ts";
import type { Transcript } from "./transcript.ts";
import type { FoundPattern, SerialMatch, SerialWait, Verdict } from "./wait.ts";

/** Lines that are compared with what was waited for. */
const comparedLines = 200;
/** Characters of the nearest line that are shown. */
const shownCharacters = 200;
/** Characters before a wait in which its text is looked for. */
const searchedCharacters = 65_536;
const tooEarly = "but it came before this wait began";

/** What the waits of a port share. */
export interface WaitContext {
  /** The port's name. */
  readonly name: string;
  readonly transcript: Transcript;
  readonly times: ArrivalTimes;
  /** The port's own fatal output. */
  readonly fatal: FatalWatch;
  /** What stands behind the transcript while an escape sequence has begun that may be none. */
  readonly held: () => string;
  /** Called with +1 when a wait begins and with -1 when it ends. */
  readonly onWaiting: (change: 1 | -1) => void;
}

export class PendingWaits {
  readonly #context: WaitContext;
  readonly #waits = new Set<SerialWait>();
  #cursor = 0;

  constructor(context: WaitContext) {
    this.#context = context;
  }

  /** Offset where the next wait begins: the end of the furthest successful match. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Whether a wait with fatal output of its own may yet answer for what the port has printed. */
  get areTolerant(): boolean {
    return [...this.#waits].some((wait) => wait.hasOwnFatal && wait.verdict?.kind !== "fatal");
  }

  /** Takes a wait in: it looks at all that has been printed from its start to `end`, or so far. */
  begin(wait: SerialWait, limit: WaitLimit, end?: number): void {
    this.#waits.add(wait);
    this.#context.onWaiting(1);
    wait.startTimer(limit, (passed) => this.#expire(wait, passed));
    const { fatal } = this.#context;
    wait.meet(fatal.unexpected, fatal.failure);
    wait.begin(this.#context.transcript.end);
    wait.add(this.#context.transcript.slice(wait.start, end));
    this.#judge(wait);
  }

  /** Text that the transcript and the port's watch already know. */
  add(text: string): void {
    if (this.#waits.size === 0) return;
    this.#meetAll();
    for (const wait of [...this.#waits]) {
      wait.add(text);
      this.#judge(wait);
    }
  }

  /** The line is quiet: what could still grow counts now, and what is held back. */
  settle(): void {
    this.#meetAll();
    for (const wait of [...this.#waits]) {
      wait.settle(this.#context.held());
      this.#judge(wait);
    }
  }

  /** Before any of them is judged: one that passes fatal output does not save the others. */
  #meetAll(): void {
    const { fatal } = this.#context;
    for (const wait of this.#waits) wait.meet(fatal.unexpectedFrom(wait.start), fatal.failure);
  }

  /** Takes a wait out that nobody needs any more: its promise stays as it is. */
  drop(wait: SerialWait): void {
    if (!this.#waits.has(wait)) return;
    wait.stopTimer();
    this.#end(wait);
  }

  /** Fails all waits that the output has not decided. */
  fail(makeError: (phase: string) => Error): void {
    for (const wait of [...this.#waits]) {
      const error = makeError(this.#phase(wait));
      error.message += this.#hint(wait) + wait.detail;
      this.#reject(wait, error);
    }
  }

  /** Somebody has taken the text up to `offset`. */
  moveCursor(offset: number): void {
    this.#cursor = Math.max(this.#cursor, offset);
  }

  /** What was held back and could be seen behind the text was an escape sequence after all. */
  takeBack(): void {
    const { end } = this.#context.transcript;
    this.#cursor = Math.min(this.#cursor, end);
    for (const wait of this.#waits) wait.takeBack(end);
  }

  /** The port's fatal output is expected from now on, also where it is only half printed. */
  forgive(): void {
    for (const wait of [...this.#waits]) {
      wait.forgive();
      this.#judge(wait);
    }
  }

  #judge(wait: SerialWait): void {
    const { verdict } = wait;
    if (verdict === undefined) return;
    if (verdict.kind === "fatal" && !verdict.output.complete) return;
    if (wait.isInDoubt(this.#context.fatal.doubt)) return;
    this.#decide(wait, verdict);
  }

  #decide(wait: SerialWait, verdict: Verdict): void {
    if (verdict.kind === "fatal") {
      this.#reject(
        wait,
        fatalError(this.#context.name, this.#phase(wait) + this.#passed(wait), verdict.output),
      );
      return;
    }
    if (verdict.kind === "failed") {
      this.#reject(wait, verdict.error);
      return;
    }
    const { found } = verdict;
    if (wait.movesCursor) this.moveCursor(found.end);
    // A wait that names its own fatal output answers for all that it has passed.
    if (wait.hasOwnFatal) this.#context.fatal.passUpTo(found.decidedAt);
    this.#end(wait);
    wait.resolve({ index: found.index, match: this.#matchOf(wait, found) });
  }

  /** The limit has passed, and what had arrived by then has been read. */
  #expire(wait: SerialWait, { limitMs, name, detail = "" }: PassedLimit): void {
    if (!this.#waits.has(wait)) return;
    wait.expire(this.#context.held());
    wait.meet(this.#context.fatal.unexpectedNow, this.#context.fatal.failure);
    if (wait.verdict !== undefined) {
      this.#decide(wait, wait.verdict);
      return;
    }
    const more = detail + this.#hint(wait) + wait.detail;
    this.#reject(wait, new TimeoutError(this.#phase(wait), limitMs, name, more));
  }

  #hint(wait: SerialWait): string {
    if (wait.patterns.length === 0) return "";
    const { held, transcript } = this.#context;
    const seen = transcript.lastLines(comparedLines, wait.start, held());
    const near = nearestLine(seen, wait.patterns);
    const shown =
      near === undefined ? "" : `\n  nearest line: ${quotedAfter(near, shownCharacters)}`;
    const hint = shown + this.#passed(wait);
    if (hint !== "") return hint;
    const earlier = nearestLine(transcript.lastLines(comparedLines), wait.patterns);
    if (earlier === undefined) return "";
    return `\n  nearest line: ${quotedAfter(earlier, shownCharacters)}, ${tooEarly}`;
  }

  /** The line that would have ended the wait, had it begun earlier. */
  #passed({ isForPatterns, patterns, start }: SerialWait): string {
    if (!isForPatterns || start === 0) return "";
    const { name, transcript } = this.#context;
    const line = findLine(transcript.slice(start - searchedCharacters, start), patterns);
    if (line === undefined) return "";
    const shown = quotedAfter(line.trimEnd(), shownCharacters);
    return `\n  ${name} printed that before, and an earlier wait has passed it: ${shown}`;
  }

  #matchOf(wait: SerialWait, { end, match, start, text }: FoundPattern): SerialMatch {
    const { held, times, transcript } = this.#context;
    const inHeld = held().slice(0, Math.max(0, start - transcript.end));
    const before = transcript.before(start, wait.start) + inHeld;
    const atMs = times.at(end - 1);
    return { text, match: match === null ? null : copyMatch(match, before), before, atMs };
  }

  #reject(wait: SerialWait, error: Error): void {
    this.#end(wait);
    wait.reject(error);
  }

  #end(wait: SerialWait): void {
    this.#waits.delete(wait);
    this.#context.onWaiting(-1);
  }

  #phase(wait: SerialWait): string {
    return `${this.#context.name} ${wait.description}`;
  }
}
