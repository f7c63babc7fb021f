/**
 * The one place that decides what a panic fails. A guest says that it dies on a port, through
 * `pvpanic`, or on its screen; unless an assertion expects that, it fails whatever waits, on every
 * channel: other ports, QMP, the screen at once, and waits for the end once the guest has had a
 * moment to end by itself, so that an end right behind the panic is told with it.
 */

import { type DeadHalt, GuestError, type MachineExit } from "../evidence/index.ts";
import { tell } from "../process/index.ts";
import type { QmpClient } from "../qmp/index.ts";
import type { Screen } from "../screen/index.ts";
import { startTimer, type Timer } from "../wait/index.ts";
import type { CrashReport } from "./crash-report.ts";
import type { EndWaits } from "./end-waits.ts";
import type { WiredPort } from "./port-wiring.ts";

/** Milliseconds that a guest which panicked has to end by itself before waits for its end fail. */
const endingMs = 1_000;
/** Milliseconds after a panic in which another may come that a test has named. */
const otherMs = 1_000;
/** Panics that are kept: one that goes on panicking tells one story. */
const mostKept = 100;

/** A panic: an exit before there is one. */
export type Panic = Extract<MachineExit, { kind: "panic" }>;

/** What the watch looks at, and what it fails. */
export interface PanicHooks {
  readonly ports: () => readonly WiredPort[];
  readonly crash: CrashReport;
  readonly screen: () => Screen;
  readonly qmp: QmpClient;
  readonly endWaits: EndWaits;
  /** Whether the machine has ended, or is about to. */
  readonly isEnding: () => boolean;
  /** The guest has not ended by itself: finds out whether it is dead, and tells if so. */
  readonly look: () => Promise<void>;
}

export class PanicWatch {
  readonly #hooks: PanicHooks;
  readonly #seen: Panic[] = [];
  #onScreen: Panic | undefined;
  #isExpected = false;
  #isTelling = false;
  #timer: Timer | undefined;
  #otherTimer: Timer | undefined;
  #hasToldCrash = false;

  constructor(hooks: PanicHooks) {
    this.#hooks = hooks;
  }

  /** All panics so far, expected or not, oldest first. */
  get seen(): readonly Panic[] {
    return this.#seen;
  }

  /** The first that nothing expects, and that no wait may still answer for. */
  get standing(): Panic | undefined {
    if (this.#isExpected) return undefined;
    for (const { port } of this.#hooks.ports()) {
      const fatal = port.unexpectedFatal;
      if (fatal?.complete && !port.isFatalTolerated) return panicOf(fatal.line);
    }
    return this.#hooks.crash.unexpected ?? (this.#isTolerated ? undefined : this.#onScreen);
  }

  /** The guest has said that it dies. */
  take(panic: Panic): void {
    if (this.#seen.length < mostKept) this.#seen.push(panic);
    this.#otherTimer?.stop();
    this.#otherTimer = undefined;
    this.#hooks.endWaits.offerPanic(panic);
    this.review();
  }

  /** The screen shows that it dies. What a port has printed as well is judged there. */
  takeFromScreen(line: string): void {
    const shown = line.trim();
    if (this.#onScreen !== undefined || this.#isPrinted(shown)) return;
    this.#onScreen = { ...panicOf(shown), because: "the screen shows fatal output" };
    this.take(this.#onScreen);
  }

  /**
   * The guest is silent, and somebody waits, but for nothing on the screen: it may show there that
   * it dies. A wait with fatal output of its own answers for the screen as well.
   */
  async lookAtScreen(): Promise<void> {
    if (this.#isExpected || this.#isTolerated || this.#onScreen !== undefined) return;
    await this.#hooks.screen().lookForDeath();
  }

  /** The line by which the guest reported its own death, unless a wait has let that pass. */
  async fatalLine(): Promise<string | undefined> {
    const printed = this.#hooks.ports().map(({ port }) => port.standingFatal?.line);
    const reported = printed.find((line) => line) ?? this.#hooks.crash.unexpected?.message;
    if (reported !== undefined) return reported;
    return await this.fatalRow().catch(({ message }) => {
      tell(message);
      return undefined;
    });
  }

  /**
   * The row of the screen that says so, unless a port has printed it as well.
   * @throws `PatternError`
   */
  async fatalRow(): Promise<string | undefined> {
    const row = await this.#hooks.screen().fatalLine();
    return row === undefined || this.#isPrinted(row) ? undefined : row;
  }

  /** Whether a wait with fatal output of its own is pending. */
  get #isTolerated(): boolean {
    return this.#hooks.ports().some(({ port }) => port.isFatalTolerated);
  }

  #isPrinted(line: string): boolean {
    return this.#hooks.ports().some(({ port }) => port.text.includes(line.trim()));
  }

  /** An assertion expects panics from now on, and those that there have been. */
  expect(): void {
    this.#isExpected = true;
    this.#hooks.qmp.allowWaits();
  }

  /** A wait has begun or ended, or a panic has come: fails what the panic that stands fails. */
  review(): void {
    if (this.#hooks.isEnding()) return;
    this.#awaitOther();
    const panic = this.standing;
    if (panic === undefined || this.#isTelling) return;
    // A crash kernel goes on, and can be watched.
    const isCrash = panic === this.#hooks.crash.unexpected;
    if (isCrash && this.#hasToldCrash) return;
    this.#hasToldCrash = isCrash;
    this.#isTelling = true;
    const guestError = (phase: string) => new GuestError(`while waiting for ${phase}`, panic);
    for (const { port } of this.#hooks.ports()) {
      // A port that has fatal output of its own, or a wait that lets it pass, judges for itself.
      if (port.unexpectedFatal === undefined) port.failWaits(guestError);
    }
    void this.#hooks.screen().failWaits(guestError, false);
    this.#hooks.qmp.failWaits(guestError);
    if (isCrash) this.#hooks.qmp.allowWaits();
    // A wait that begins after the panic has the whole moment, too.
    if (this.#hooks.endWaits.arePending) {
      this.#timer ??= startTimer(endingMs, () => void this.#failEnds());
    }
    this.#isTelling = false;
  }

  /** The machine has ended: there is nothing to wait for. */
  stop(): void {
    this.#timer?.stop();
    this.#otherTimer?.stop();
  }

  /** A wait for one panic that sees another has a moment for the one, and then names both. */
  #awaitOther(): void {
    const [first] = this.#seen;
    if (first === undefined) return;
    this.#otherTimer ??= startTimer(otherMs, () => {
      this.#otherTimer = undefined;
      if (!this.#hooks.isEnding()) this.#hooks.endWaits.failOfPanic(first, true);
    });
  }

  async #failEnds(): Promise<void> {
    await this.#hooks.look();
    this.#timer = undefined;
    const panic = this.standing;
    if (panic === undefined || this.#hooks.isEnding()) return;
    this.#hooks.endWaits.failOfPanic(panic);
  }
}

/** A panic by a line that the guest has printed, or shows, and by how it ended then. */
export function panicOf(line: string, end?: DeadHalt | MachineExit): Panic {
  const then = end === undefined ? "" : `, then: ${end.because}`;
  const place = end?.at === undefined ? {} : { at: end.at };
  const because = `the guest printed fatal output${then}`;
  return { kind: "panic", message: line.trim(), because, ...place };
}
