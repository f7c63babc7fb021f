/** What a failure says of its machine: state, place, last lines, and the screen if that counts. */
import {
  BringupError,
  type Evidence,
  formatEvidence,
  GuestError,
  TimeoutError,
} from "../evidence/index.ts";
import { type Screen, type ScreenSight, withoutSeaBios } from "../screen/index.ts";
import type { AwaitedText } from "../serial/index.ts";
import type { Autopsy } from "./autopsy.ts";
import { channelFacts } from "./channel-facts.ts";
import { channelHints } from "./channel-hints.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { MachineParts } from "./machine-parts.ts";
import { isStartedBySeaBios } from "./pc-firmware.ts";
import type { WiredPort } from "./port-wiring.ts";

/** The guest that failed, as its watch knows it. */
export interface WatchedGuest {
  readonly ports: readonly WiredPort[];
  readonly lifecycle: Lifecycle;
  readonly screen: Screen;
  readonly endWatch: { settled(): Promise<unknown> };
}

export class FailureEvidence {
  readonly #parts: MachineParts;
  readonly #autopsy: Autopsy;
  readonly #guest: WatchedGuest;

  constructor(parts: MachineParts, autopsy: Autopsy, guest: WatchedGuest) {
    this.#parts = parts;
    this.#autopsy = autopsy;
    this.#guest = guest;
  }

  /** Gives an error the evidence, once, after writing it to disk. */
  async attach(error: Error, awaited: AwaitedText | undefined): Promise<Error> {
    if (!(error instanceof BringupError) || error.evidence !== undefined) return error;
    const { chronicle, qmp } = this.#parts;
    // Where the connection is gone QEMU is about to be, and how it ended belongs to the evidence.
    if (qmp.state === "closed") await this.#guest.endWatch.settled();
    const isWait = error instanceof TimeoutError || error instanceof GuestError;
    const evidence = await this.take(awaited, isWait);
    chronicle.note("error", error.message.split("\n", 1)[0] as string);
    chronicle.write(this.#guest.ports);
    error.evidence = evidence;
    error.message += `\n${formatEvidence(evidence)}`;
    return error;
  }

  /** What the machine is doing, with the last lines of every port. Never throws. */
  async take(awaited?: AwaitedText, isWait = false): Promise<Evidence> {
    const { chronicle, qmp } = this.#parts;
    const { lifecycle, ports, screen } = this.#guest;
    const isAlive = chronicle.exit === undefined && qmp.state === "ready";
    const { at, isIdle } = isAlive ? await this.#autopsy.look() : { at: undefined, isIdle: false };
    const { description } = lifecycle;
    const doing = isIdle ? `${description}, idle` : description;
    // A QEMU that has not answered that question is not asked another one for an advice.
    const isSeen = this.#showsScreen(awaited) || (isWait && at !== undefined && screen.exists);
    const sight = isSeen ? await screen.glance() : undefined;
    const facts = await channelFacts(this.#parts, ports, awaited, this.#rowsOf(sight));
    const isShown = this.#showsScreen(awaited) || facts.screen?.found !== undefined;
    const evidence = chronicle.evidence(doing, at, ports, this.#kept(isShown ? sight : undefined));
    const hints = isWait ? channelHints(facts) : [];
    return hints.length === 0 ? evidence : { ...evidence, hints };
  }

  /** A screen counts where somebody waited for it, and where it is all that the guest has used. */
  #showsScreen(awaited: AwaitedText | undefined): boolean {
    const { ports, screen } = this.#guest;
    if (!screen.exists) return false;
    return awaited?.channel === screen.name || ports.every(({ port }) => port.end === 0);
  }

  /** What the guest shows itself, which firmware's words are not. */
  #rowsOf(sight: ScreenSight | undefined): readonly string[] | undefined {
    if (sight?.text === undefined) return undefined;
    const { rows } = sight.text;
    return isStartedBySeaBios(this.#parts.plan) ? withoutSeaBios(rows) : rows;
  }

  #kept(sight: ScreenSight | undefined): readonly string[] | undefined {
    return sight && this.#guest.screen.keep(sight);
  }
}
