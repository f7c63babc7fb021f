/** The way of bytes to the guest: one writer at a time, limited, as long as the guest lives. */

import { StateError } from "../evidence/index.ts";
import { startTimer, type WaitLimit } from "../wait/index.ts";

import type { Encoding } from "./characters/index.ts";
import { Deadline } from "./deadline.ts";
import { type EchoSearch, noSearch } from "./echo-search.ts";
import type { PatternSearch } from "./search.ts";
import { Turns } from "./turns.ts";
import type { OwnAim, WaitResult } from "./wait.ts";
import type { WaitOptions } from "./wait-options.ts";

/** Bytes that are handed over at once: each such piece is progress. */
export const pieceBytes = 4096;

/** A wait of the harness's own. Whoever has made it drops it in the end. */
export interface Watch {
  readonly done: Promise<WaitResult>;
  drop(): void;
}

/** The port, as far as typing needs it. */
export interface TypedPort {
  readonly encoding: Encoding;
  /** Offset after the newest character. */
  readonly end: number;
  /** Whether the machine has ended: nothing can be waited for then. */
  readonly hasEnded: boolean;
  slice(start: number, end: number): string;
  /** As `slice`, but says at its head what has been left out. */
  printed(start: number, end: number): string;
  send(bytes: Uint8Array): Promise<void>;
  limit(timeoutMs: number | undefined, clock?: "host"): WaitLimit;
  watch(aim: OwnAim, start: number, limit: WaitLimit, failOn: WaitOptions["failOn"]): Watch;
}

/** What a wait of typing is for, and which output fails it. */
export interface TypingWait {
  /** For messages, after the port's name. */
  readonly description: () => string;
  readonly failOn: WaitOptions["failOn"];
}

export class InputLine {
  readonly port: TypedPort;
  readonly #turns = new Turns();

  constructor(port: TypedPort) {
    this.port = port;
  }

  /** The limit of one call, from now on. */
  deadline({ clock, timeoutMs }: Pick<WaitOptions, "clock" | "timeoutMs">): Deadline {
    return new Deadline(() => this.port.limit(timeoutMs, clock));
  }

  /** Does `act` when all that was asked for before is done; nobody else sends meanwhile. */
  async inTurn<Result>(deadline: Deadline, act: () => Promise<Result>): Promise<Result> {
    const wait = { description: () => "to take the input before this", failOn: [] };
    const endTurn = await this.#turns.take((earlier) => this.meanwhile(earlier, deadline, wait));
    try {
      return await act();
    } finally {
      endTurn();
    }
  }

  /**
   * Hands bytes over, piece by piece; every piece renews the limit. What the guest prints
   * meanwhile is nobody's concern here.
   */
  async send(bytes: Uint8Array, deadline: Deadline): Promise<void> {
    for (let from = 0; from === 0 || from < bytes.length; from += pieceBytes) {
      const description = () => `to take input: ${from} of ${bytes.length} bytes are on their way`;
      const piece = bytes.subarray(from, from + pieceBytes);
      await this.sendPiece(piece, deadline, { description, failOn: [] });
      deadline.restart();
    }
  }

  /** Hands one piece over: at most `pieceBytes`. */
  async sendPiece(piece: Uint8Array, deadline: Deadline, wait: TypingWait): Promise<void> {
    if (this.port.hasEnded) {
      // There is nobody to wait for, and the machine says so best.
      await this.port.send(piece);
      return;
    }
    const sent = this.port.send(piece).catch(async (error) => {
      // The way is closed before the port learns how the machine has ended, which says more.
      if (!(error instanceof StateError) || this.port.hasEnded) throw error;
      await Promise.withResolvers<void>().promise;
    });
    await this.meanwhile(sent, deadline, wait);
  }

  /**
   * Waits for an echo.
   * @param quietMs milliseconds of silence after which there is none; `undefined`: it has to come.
   */
  async echoed(
    search: EchoSearch,
    deadline: Deadline,
    wait: TypingWait,
    quietMs: number | undefined,
  ): Promise<boolean> {
    const watch = this.#watch(search, search.start, deadline.left, wait);
    const seen = watch.done.then(() => true);
    try {
      for (;;) {
        const { end } = this.port;
        if (quietMs === undefined) return await seen;
        await using silence = timePassed(quietMs);
        const isSeen = await Promise.race([seen, silence.passed.then(() => false)]);
        if (isSeen || this.port.end === end) return isSeen;
      }
    } finally {
      watch.drop();
    }
  }

  /** Waits until the guest has printed what `aim` looks for, from `start` on. */
  async found(
    aim: OwnAim,
    start: number,
    { left }: Deadline,
    failOn: WaitOptions["failOn"],
  ): Promise<void> {
    await this.port.watch(aim, start, left, failOn).done;
  }

  /** Lets time pass, as long as the guest lives. */
  async pause(pauseMs: number, { failOn }: Pick<WaitOptions, "failOn">): Promise<void> {
    if (pauseMs === 0) return;
    await using time = timePassed(pauseMs);
    const limit = { limitMs: Number.POSITIVE_INFINITY, name: "none" };
    const wait = { description: () => "to be typed to", failOn };
    await this.meanwhile(time.passed, { left: limit }, wait);
  }

  /** Awaits `act`, and fails as a wait does: at the limit, and with the guest. */
  async meanwhile(
    act: Promise<void>,
    { left }: Pick<Deadline, "left">,
    wait: TypingWait,
  ): Promise<void> {
    const watch = this.#watch(noSearch, this.port.end, left, wait);
    try {
      await Promise.race([act, watch.done]);
    } finally {
      watch.drop();
    }
  }

  #watch(search: PatternSearch, start: number, limit: WaitLimit, wait: TypingWait): Watch {
    const { description, failOn } = wait;
    const aim = { search, description, movesCursor: false, needsQuiet: true };
    return this.port.watch(aim, start, limit, failOn);
  }
}

function timePassed(timeMs: number): AsyncDisposable & { readonly passed: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = startTimer(timeMs, resolve);
  return { passed: promise, [Symbol.asyncDispose]: async () => timer.stop() };
}
