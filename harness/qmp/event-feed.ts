/** The events of one client: the history, who listens, and who waits. */
import { QmpError } from "../evidence/index.ts";
import type { QmpClientOptions } from "./client-options.ts";
import {
  followable,
  type QmpEventHistory,
  type QmpStreamOptions,
  streamEvents,
} from "./event-stream.ts";
import type { QmpEvent, QmpEventName, QmpWaitOptions } from "./event-types.ts";
import { EventLog, type QmpEventListener, warnOfListener } from "./events.ts";
import { firstLine } from "./excerpt.ts";
import { DEFAULT_QMP_LIMITS, DEFAULT_TIMEOUT_MS } from "./limits.ts";
import { EventWaits } from "./waits.ts";
import { type EventMessage, type Release, WithheldEvents } from "./withheld-events.ts";

/** What a client does with events. How they arrive is the client's own affair. */
export abstract class QmpEventFeed {
  readonly #timeoutMs: number;
  readonly #events: EventLog;
  readonly #waits: EventWaits;
  readonly #withheld = new WithheldEvents((...event) => this.#tell(...event));

  constructor(options: QmpClientOptions) {
    const limits = { ...DEFAULT_QMP_LIMITS, ...options.limits };
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#events = new EventLog(limits, options.onListenerError ?? warnOfListener);
    this.#waits = new EventWaits(limits.pendingWaits, this.#events, {
      refuse: (phase) => this.refusalOfWait(phase),
      orderlyEnd: () => this.orderlyEnd,
    });
  }

  /**
   * The events so far, oldest first, as far back as the limit goes. `for await` on it gives them
   * and then each later one, as `eventStream` does.
   */
  get events(): QmpEventHistory {
    return followable(this.#events.after(0), this);
  }

  /** How many events are no longer in `events`, because of its limit. */
  get eventsDropped(): number {
    return this.#events.droppedCount;
  }

  /** This moment, for `waitForEvent`'s `since`: the number of the last event so far. */
  mark(): number {
    return this.#events.mark();
  }

  /**
   * Calls `listener` with each later event, in order, until the returned function is called. What
   * it throws goes to `onListenerError`, and disturbs nothing else.
   */
  onEvent(listener: QmpEventListener): () => void {
    return this.#events.listen(listener);
  }

  /**
   * Waits for an event. Without `since` only events after this call count; with a `mark()` taken
   * before the deed, an event that came in between counts as well, so that there is no race.
   *
   * @throws TimeoutError at its limit, naming the events that came meanwhile; QmpError if the
   * connection ends, the signal aborts or `where` throws; what `failWaits` was given; StateError if
   * the client is not ready and the history has no such event.
   */
  async waitForEvent<Name extends QmpEventName>(
    name: Name,
    options: QmpWaitOptions<Name> = {},
  ): Promise<QmpEvent<Name>> {
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    const untyped = { ...options, timeoutMs } as QmpWaitOptions & { timeoutMs: number };
    return (await this.#waits.add(name, untyped)) as QmpEvent<Name>;
  }

  /**
   * The first event after a `mark()`, whatever its name; without `since`, the first after this
   * call. `undefined` once there will be none, because the guest or the connection has ended.
   *
   * @throws TimeoutError at its limit; QmpError if that event has left the history already, the
   * signal aborts, or QEMU breaks the protocol; what `failWaits` was given, if that is no exit.
   */
  async nextEvent(options: QmpStreamOptions = {}): Promise<QmpEvent | undefined> {
    return await this.#waits.next({ ...options, timeoutMs: options.timeoutMs ?? this.#timeoutMs });
  }

  /**
   * Each event after `since`, or after this call, in order, for `for await`. The loop ends when the
   * guest or the connection has ended; leaving it earlier needs nothing more, because it reads from
   * the history and holds nothing.
   *
   * @throws As `nextEvent`, in the loop: `timeoutMs` limits the wait for each event, and a loop
   * that falls behind by more than the history holds fails and says so.
   */
  eventStream(options: QmpStreamOptions = {}): AsyncGenerator<QmpEvent, void, undefined> {
    return streamEvents(this, options);
  }

  /**
   * Fails every pending wait for an event, and every later one that the history does not satisfy,
   * with the error that `ending` makes of what was waited for ("QMP event STOP"). For whoever knows
   * that the guest has ended while QEMU lives on. Commands are not affected.
   */
  failWaits(ending: (phase: string) => Error): void {
    this.#waits.end(ending);
  }

  /** Takes `failWaits` back for waits to come: the guest runs again. */
  allowWaits(): void {
    this.#waits.goOn();
  }

  /** Why an event that is not in the history will never come; `undefined` if it may. */
  protected abstract refusalOfWait(phase: string): Error | undefined;

  /** The reason why the connection is closed, if nothing was wrong with that. */
  protected abstract get orderlyEnd(): Error | undefined;

  /**
   * Keeps events of that name from everybody, until the returned function is called. For the
   * harness, which must not show what it does itself as something that the guest does.
   */
  withhold(name: QmpEventName): Release {
    return this.#withheld.begin(name);
  }

  /** Calls `listener` with the name of each event that is withheld. For whoever reckons time. */
  onWithheldEvent(listener: (name: string) => void): void {
    this.#withheld.listen(listener);
  }

  /** An event has arrived. */
  protected takeEvent(message: EventMessage, sizeBytes: number): void {
    this.#withheld.take(message, sizeBytes);
  }

  #tell(message: EventMessage, sizeBytes: number): void {
    const event = this.#events.add(message, sizeBytes);
    this.#waits.offer(event);
    this.#events.tell(event);
  }

  /** No event will come any more, because of `reason`. */
  protected abortWaits(reason: Error): void {
    this.#waits.failAll((phase) => {
      const message = `${phase}: will not come: ${firstLine(reason)}`;
      const received = reason instanceof QmpError ? reason.received : undefined;
      return new QmpError(message, { received }, { cause: reason });
    });
  }
}
