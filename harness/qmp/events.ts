/** The events of one connection: what came, and who wants to hear of it. */
import { inspect } from "node:util";
import type { QmpEvent } from "./event-types.ts";
import type { QmpLimits } from "./limits.ts";
import type { QmpMessage } from "./message.ts";

/** Called with each event, in order, as it arrives. */
export type QmpEventListener = (event: QmpEvent) => void;

/** Told of an error that a listener threw, which is nobody else's to report. */
export type QmpListenerErrorHandler = (error: unknown, event: QmpEvent) => void;

/** A bounded history with the listeners on it. */
export class EventLog {
  readonly #limits: QmpLimits;
  readonly #onListenerError: QmpListenerErrorHandler;
  readonly #listeners = new Set<{ readonly listener: QmpEventListener }>();
  #kept: { readonly event: QmpEvent; readonly sizeBytes: number }[] = [];
  #sizeBytes = 0;
  #last = 0;

  constructor(limits: QmpLimits, onListenerError: QmpListenerErrorHandler) {
    this.#limits = limits;
    this.#onListenerError = onListenerError;
  }

  /** The number of the last event so far: 0 before the first. */
  mark(): number {
    return this.#last;
  }

  /** How many events are no longer in the history. */
  get droppedCount(): number {
    return this.#last - this.#kept.length;
  }

  /** The events after a mark that are still kept, oldest first. */
  after(sequence: number): QmpEvent[] {
    const first = Math.max(0, sequence - this.droppedCount);
    return this.#kept.slice(first).map(({ event }) => event);
  }

  /** The first event after a mark, if it is still kept and has come. */
  firstAfter(sequence: number): QmpEvent | undefined {
    return this.#kept[sequence - this.droppedCount]?.event;
  }

  /** How many events after a mark are no longer kept. */
  droppedAfter(sequence: number): number {
    return Math.max(0, this.droppedCount - sequence);
  }

  /** Keeps one event; the oldest go where a limit is exceeded, never the newest. */
  add(message: Extract<QmpMessage, { kind: "event" }>, sizeBytes: number): QmpEvent {
    this.#last += 1;
    const { event: name, data, timestampMs } = message;
    const event: QmpEvent = { event: name, data, timestampMs, sequence: this.#last };
    this.#kept.push({ event, sizeBytes });
    this.#sizeBytes += sizeBytes;
    const { events, eventsSizeBytes } = this.#limits;
    while (
      this.#kept.length > events ||
      (this.#sizeBytes > eventsSizeBytes && this.#kept.length > 1)
    ) {
      this.#sizeBytes -= this.#kept.shift()?.sizeBytes ?? 0;
    }
    return event;
  }

  /** Calls `listener` with every later event, until the returned function is called. */
  listen(listener: QmpEventListener): () => void {
    // The same function may listen twice, and each of them has its own end.
    const entry = { listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /**
   * Calls the listeners. What one throws or rejects with keeps none of the others from its
   * call.
   */
  tell(event: QmpEvent): void {
    for (const { listener } of [...this.#listeners]) {
      try {
        const returned: unknown = listener(event);
        if (returned instanceof Promise) {
          returned.catch((error: unknown) => this.#report(error, event));
        }
      } catch (error) {
        this.#report(error, event);
      }
    }
  }

  #report(error: unknown, event: QmpEvent): void {
    try {
      this.#onListenerError(error, event);
    } catch (second) {
      warnOfListener(new AggregateError([error, second], "the error handler threw as well"), event);
    }
  }
}

/** Where no handler is given, a listener's error becomes a warning of the process. */
export function warnOfListener(error: unknown, event: QmpEvent): void {
  // Unlike the stack, this shows causes and the errors inside an AggregateError.
  process.emitWarning(`a listener for QMP events threw on ${event.event}: ${inspect(error)}`, {
    type: "QmpListenerWarning",
  });
}
