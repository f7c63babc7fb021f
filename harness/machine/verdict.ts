/** What a test expects of its machine's end, and the judgement over the guest at the test's end. */

import {
  atCaller,
  describeExit,
  GuestError,
  isDeath,
  type MachineExit,
} from "../evidence/index.ts";
import { printable } from "../text/index.ts";
import { inputRead } from "../wait/index.ts";
import { type EndWait, expectsPanic } from "./end-waits.ts";
import type { GuestWatch } from "./guest-watch.ts";
import { judgedWhenRead } from "./judged-exit.ts";
import type { MachineParts } from "./machine-parts.ts";
import { panicOf } from "./panic-watch.ts";

/** Milliseconds that QEMU may take for the last question of a test. */
const lastQuestionMs = 1_000;

/** Options of a wait for the end of a machine. */
export interface EndOptions {
  /** Milliseconds; default: the machine's limit for waits. */
  readonly timeoutMs?: number | undefined;
  /** By which clock they are; default: the machine's, which may be a virtual one. */
  readonly clock?: "host" | undefined;
}

export class Verdict {
  readonly #watch: GuestWatch;
  readonly #parts: Pick<MachineParts, "limit" | "plan" | "qmp">;
  /** An assertion has accepted how the machine ended. */
  #isExitJudged = false;
  /** An assertion expects the guest to say that it dies. */
  #isPanicExpected = false;
  #anyEnd: Promise<MachineExit> | undefined;

  constructor(watch: GuestWatch, parts: Pick<MachineParts, "limit" | "plan" | "qmp">) {
    this.#watch = watch;
    this.#parts = parts;
  }

  /** An assertion expects a panic, and so none can be told from it any more. */
  get isPanicExpected(): boolean {
    return this.#isPanicExpected;
  }

  /**
   * Waits for any end, without a limit. Whoever reads its `kind` has judged it. It is one wait,
   * however many ask for it: a loop that races against it would leave one behind at every turn.
   */
  anyEnd(): Promise<MachineExit> {
    if (this.#anyEnd !== undefined) return this.#anyEnd;
    const end = this.#withEvidence(async () => {
      const exit = await this.#watch.endWaits.anyEnd();
      return judgedWhenRead(exit, () => {
        this.#isExitJudged = true;
      });
    });
    this.#anyEnd = end;
    // A dead halt is no end: the next one waits anew.
    end.catch(() => {
      this.#anyEnd = undefined;
    });
    return end;
  }

  /**
   * Waits for an end that `accepts`; such an end is expected from then on.
   * @throws `GuestError` at once for any other end, or a dead halt; `TimeoutError`.
   */
  waitForEnd(
    description: string,
    accepts: (exit: MachineExit) => boolean,
    options: EndOptions = {},
    further: Pick<EndWait, "isForPanic" | "isResetEnough"> = {},
  ): Promise<MachineExit> {
    const limit = this.#parts.limit(options.timeoutMs, options.clock);
    return this.#withEvidence(async () => {
      const wait = { description, accepts, ...further, limit };
      const seen = this.#watch.panics.seen.find((panic) => expectsPanic(wait, panic));
      if (seen !== undefined && this.#watch.chronicle.exit === undefined) {
        this.#expectPanic();
        return seen;
      }
      const exit = await this.#watch.endWaits.add(wait);
      if (this.#watch.chronicle.exit !== undefined) this.#isExitJudged = true;
      else if (exit.kind === "panic") this.#expectPanic();
      return exit;
    });
  }

  /**
   * Waits until the guest has reported its own death, on a port or through `pvpanic`. From the
   * call on fatal output is expected.
   */
  async waitForPanic(
    accepts: (message: string) => boolean,
    options: EndOptions = {},
    description = "to panic",
  ): Promise<MachineExit> {
    this.#expectPanic();
    const isPanic = (exit: MachineExit) => exit.kind === "panic" && accepts(exit.message);
    const { panics, screen } = this.#watch;
    const before = panics.seen.find(isPanic);
    if (before !== undefined) return before;
    const stop = screen.keepLooking();
    try {
      return await this.waitForEnd(description, isPanic, options, { isForPanic: true });
    } finally {
      stop();
    }
  }

  /** Waits for a reset by the guest that no wait has taken yet, also where the machine goes on. */
  async waitForReset(options: EndOptions = {}): Promise<void> {
    const isReset = (exit: MachineExit) => exit.kind === "reset";
    const continues = this.#parts.plan.onReset === "continue";
    if (continues && this.#watch.resets.take()) return;
    await this.waitForEnd("to reset", isReset, options, { isResetEnough: continues });
  }

  /** @throws `GuestError` with evidence if the guest has died in a way that nothing expected. */
  async checkAlive(): Promise<void> {
    // One question to QEMU brings every event that came before its answer.
    const { qmp } = this.#parts;
    let isAnswering = false;
    if (this.#watch.chronicle.exit === undefined && qmp.state === "ready") {
      const options = { timeoutMs: lastQuestionMs };
      const answer = qmp.execute("query-status", {}, options);
      isAnswering = await answer.then(
        () => true,
        () => false,
      );
      // What the guest printed before the answer is in the FIFO; one turn of the loop reads it.
      await inputRead();
    }
    await this.#watch.endWatch.settled();
    for (const { port } of this.#watch.ports) port.settle();
    const { exit } = this.#watch.chronicle;
    const isPanicExpected = exit?.kind === "panic" && this.#isPanicExpected;
    if (exit !== undefined && isDeath(exit) && !this.#isExitJudged && !isPanicExpected) {
      throw await this.#unexpected(exit, "toExit");
    }
    const failure = this.#watch.ports.map(({ port }) => port.fatalFailure).find((error) => error);
    if (failure !== undefined) throw await this.#watch.attachEvidence(failure);
    const fatal = this.#watch.ports
      .map(({ port }) => port.unexpectedFatal)
      .find((output) => output);
    const isPanicJudged = this.#isExitJudged && exit?.kind === "panic";
    const panic =
      fatal === undefined
        ? (this.#watch.crash.unexpected ?? (isAnswering ? await this.#panicOnScreen() : undefined))
        : ({ kind: "panic", message: fatal.line.trim(), because: "fatal output" } as const);
    if (panic === undefined || isPanicJudged) return;
    throw await this.#unexpected(panic, "toPanic");
  }

  /** Why the test is to be skipped: the guest says so, and nothing else has judged that. */
  get skipReason(): string | undefined {
    const { exit } = this.#watch.chronicle;
    const isSkip = exit?.kind === "debug-exit" && exit.outcome === "skip" && !this.#isExitJudged;
    return isSkip ? printable(`the guest says so: ${describeExit(exit)}`) : undefined;
  }

  /** The panic of a guest that lives and only shows it; that of an end was judged with the end. */
  async #panicOnScreen(): Promise<MachineExit | undefined> {
    if (this.#isPanicExpected) return undefined;
    const line = await this.#watch.panics.fatalRow();
    return line === undefined ? undefined : panicOf(line);
  }

  #withEvidence<Result>(wait: () => Promise<Result>): Promise<Result> {
    return atCaller(wait, (error) => this.#watch.attachEvidence(error));
  }

  #expectPanic(): void {
    this.#isPanicExpected = true;
    this.#watch.crash.expect();
    this.#watch.panics.expect();
    for (const { port } of this.#watch.ports) port.expectFatal();
  }

  #unexpected(ending: MachineExit, matcher: string): Promise<Error> {
    const advice = `no assertion of this test expected that; expect(vm).${matcher} would`;
    return this.#watch.attachEvidence(new GuestError(advice, ending));
  }
}
