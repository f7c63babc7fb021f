/** A port of a guest that is watched: what it prints, what is typed to it, and what that means. */
import type { FifoPair } from "../process/index.ts";
import type { AwaitedText } from "../serial/index.ts";
import type { PlannedPort } from "./command-line.ts";
import type { GuestWatch } from "./guest-watch.ts";
import type { MachineParts } from "./machine-parts.ts";
import { panicOf } from "./panic-watch.ts";
import { type WiredPort, wirePort } from "./port-wiring.ts";

export function wireGuestPort(
  planned: PlannedPort,
  fifo: FifoPair,
  parts: MachineParts,
  watch: GuestWatch,
): WiredPort {
  const { name } = planned;
  const hooks = {
    send: (bytes: Uint8Array) => send(name, fifo, bytes, watch),
    limit: parts.limit,
    clockMs: () => watch.clockMs,
    failOn: parts.failOn,
    isPaused: () => watch.lifecycle.state === "paused",
    onFatal: ({ line }: { line: string }) => {
      watch.chronicle.note(name, `fatal output: ${line}`);
      watch.panics.take(panicOf(line));
    },
    onWaiting: (change: 1 | -1) => watch.waiting(change),
    track: parts.track,
    attachEvidence: (error: Error, awaited: AwaitedText) => watch.attachEvidence(error, awaited),
  };
  return wirePort(planned, fifo, {
    directory: watch.chronicle.facts.directory,
    hooks,
    limits: parts.portLimits,
    onLogFull: (reason) => watch.endWatch.kill(reason),
    onOutput: () => {
      watch.resets.sawOutput();
      if (name === watch.efiWatch?.portName) watch.efiWatch.sawOutput();
    },
  });
}

async function send(
  port: string,
  fifo: FifoPair,
  bytes: Uint8Array,
  watch: GuestWatch,
): Promise<void> {
  try {
    watch.lifecycle.require(`writing to ${port}`, "starting", "running", "paused", "suspended");
    // What is typed may make the guest reset.
    await watch.resets.settled;
    await fifo.write(bytes);
  } catch (error) {
    throw await watch.attachEvidence(error as Error);
  }
}
