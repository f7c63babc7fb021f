/** The screen of a machine, with what it needs of its guest. */
import { fatalPatterns } from "../deaths/index.ts";
import type { GuestHold } from "../qmp/index.ts";
import { AdapterMemory, CrtController, Display, Screen, withoutSeaBios } from "../screen/index.ts";
import type { AwaitedText } from "../serial/index.ts";
import { hasTextMode } from "./display-adapter.ts";
import type { MachineParts } from "./machine-parts.ts";
import { isStartedBySeaBios } from "./pc-firmware.ts";
import type { WiredPort } from "./port-wiring.ts";

/** What the watch over the guest hands in. */
export interface ScreenOwner {
  readonly hold: GuestHold;
  readonly ports: readonly WiredPort[];
  readonly onWaiting: (change: 1 | -1) => void;
  /** Called with fatal output that the screen shows to somebody who waits. */
  readonly onFatal: (line: string) => void;
  readonly attachEvidence: (error: Error, awaited?: AwaitedText) => Promise<Error>;
}

export function makeScreen(parts: MachineParts, owner: ScreenOwner): Screen {
  const { chronicle, plan, privateDirectory, qmp } = parts;
  const { display, facts } = plan.board;
  return new Screen({
    display:
      display === undefined
        ? undefined
        : new Display(
            new AdapterMemory(qmp, privateDirectory),
            hasTextMode(display, facts) ? new CrtController(qmp, owner.hold) : undefined,
          ),
    directory: chronicle.facts.directory,
    limit: parts.limit,
    failOn: parts.failOn ?? fatalPatterns,
    isFatalExpected: () => owner.ports.some(({ port }) => port.isFatalExpected),
    guestRows: isStartedBySeaBios(plan) ? withoutSeaBios : (rows) => rows,
    onWaiting: owner.onWaiting,
    onFatal: owner.onFatal,
    track: parts.track,
    onFile: (path) => chronicle.addFile(path),
    attachEvidence: owner.attachEvidence,
  });
}
