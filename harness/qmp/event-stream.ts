/** Events one after the other, for `for await`. */
import type { QmpEvent, QmpWaitOptions } from "./event-types.ts";

/** From where on, and how long each of the events is waited for. */
export type QmpStreamOptions = Pick<QmpWaitOptions, "clock" | "since" | "timeoutMs" | "signal">;

/** What a stream reads from: a client. */
export interface QmpEventSource {
  readonly mark: () => number;
  readonly nextEvent: (options: QmpStreamOptions) => Promise<QmpEvent | undefined>;
}

/** An array of the events so far; `for await` goes on with those that come. */
export type QmpEventHistory = readonly QmpEvent[] & AsyncIterable<QmpEvent>;

/**
 * Each event after `since` (default: this call), in order, until there will be none. It has no
 * queue of its own and listens to nothing, but looks into the history: what it has not read yet is
 * bounded by the limits of that, and whoever leaves the loop has nothing to release.
 */
export function streamEvents(
  source: QmpEventSource,
  options: QmpStreamOptions = {},
): AsyncGenerator<QmpEvent, void, undefined> {
  // A generator's body runs at its first step only, and events may come before that.
  return read(source, options, options.since ?? source.mark());
}

async function* read(
  source: QmpEventSource,
  options: QmpStreamOptions,
  since: number,
): AsyncGenerator<QmpEvent, void, undefined> {
  let last = since;
  for (;;) {
    const event = await source.nextEvent({ ...options, since: last });
    if (event === undefined) return;
    last = event.sequence;
    yield event;
  }
}

/** Makes `for await` on a copy of the history go on with the events that come after it. */
export function followable(history: readonly QmpEvent[], source: QmpEventSource): QmpEventHistory {
  const first = history[0]?.sequence;
  const since = first === undefined ? source.mark() : first - 1;
  // Not enumerable, so that comparisons see an array like any other.
  const value = () => streamEvents(source, { since });
  return Object.defineProperty([...history], Symbol.asyncIterator, {
    value,
  }) as unknown as QmpEventHistory;
}
