/** The waits for events that have not come yet. */

import { checkOptionNames, GuestError, QmpError, TimeoutError } from "../evidence/index.ts";
import { startDeadline } from "../wait/index.ts";

import type { QmpEvent, QmpWaitOptions } from "./event-types.ts";
import { excerpt, firstLine } from "./excerpt.ts";
import { describeWhere, matchesPartially } from "./match.ts";

/** How many of the events seen meanwhile a time-out names. */
const EVENTS_NAMED = 10;

/** What is waited for, and how it is called in messages. */
interface Wish {
  readonly phase: string;
  readonly accepts: (event: QmpEvent) => boolean;
  /** The event may come after this point. */
  readonly since: number;
}

interface Wait extends Wish {
  readonly resolve: (event: QmpEvent) => void;
  readonly reject: (error: Error) => void;
  release: () => void;
}

/** How long a wait waits. */
const limitNames = ["since", "timeoutMs", "clock", "signal"];

type WaitLimits = Pick<QmpWaitOptions, "signal"> & { readonly timeoutMs: number };

/** What a wait may look at: the events after a point, and how many of those were dropped. */
interface EventSource {
  readonly mark: () => number;
  readonly after: (sequence: number) => readonly QmpEvent[];
  readonly firstAfter: (sequence: number) => QmpEvent | undefined;
  readonly droppedAfter: (sequence: number) => number;
}

/** What a wait must know of the connection. */
interface WaitedConnection {
  /** The error for a wait that the connection's state does not allow. */
  readonly refuse: (phase: string) => Error | undefined;
  /** The reason for which the connection has ended, if the protocol was kept to the end. */
  readonly orderlyEnd: () => Error | undefined;
}

/** Settles each wait exactly once: by its event, its time limit, its signal, or the end. */
export class EventWaits {
  readonly #limit: number;
  readonly #source: EventSource;
  readonly #connection: WaitedConnection;
  readonly #waits = new Set<Wait>();
  #ending: ((phase: string) => Error) | undefined;

  constructor(limit: number, source: EventSource, connection: WaitedConnection) {
    this.#limit = limit;
    this.#source = source;
    this.#connection = connection;
  }

  /**
   * Waits for an event called `name`, beginning with those after `options.since`.
   *
   * @throws If none of those fits: StateError if the connection is not ready, and what `end` was
   * given; QmpError if the signal aborts, `where` throws, too many wait, or the connection ends;
   * TimeoutError at its limit.
   */
  async add(
    name: string,
    options: QmpWaitOptions & { readonly timeoutMs: number },
  ): Promise<QmpEvent> {
    checkOptionNames(options, [...limitNames, "where"]);
    const since = options.since ?? this.#source.mark();
    const phase = `QMP event ${name}${describeWhere(options.where)}`;
    const accepts = acceptor(name, phase, options);
    const found = this.#source.after(since).find(accepts);
    return found ?? (await this.#wait({ phase, accepts, since }, options));
  }

  /**
   * Waits for the first event after `options.since`, whatever it is called; `undefined` once there
   * will be none, because the guest has ended or either side the conversation.
   *
   * @throws Otherwise as `add`; QmpError also if events after `since` have left the history.
   */
  async next(options: WaitLimits & { readonly since?: number }): Promise<QmpEvent | undefined> {
    checkOptionNames(options, limitNames);
    const since = options.since ?? this.#source.mark();
    const phase = "the next QMP event";
    const dropped = this.#source.droppedAfter(since);
    if (dropped > 0) {
      const message = `${phase}: ${dropped} events had left the history (the limit events) before`;
      throw new QmpError(`${message} they were read: read faster, or begin at a later mark()`, {});
    }
    const found = this.#source.firstAfter(since);
    if (found !== undefined) return found;
    try {
      return await this.#wait({ phase, accepts: () => true, since }, options);
    } catch (error) {
      if (this.#isEnd(error as Error)) return undefined;
      throw error;
    }
  }

  /** The guest has ended: fails every wait, now and later, with the error that `ending` makes. */
  end(ending: (phase: string) => Error): void {
    this.#ending = ending;
    this.failAll(ending);
  }

  /** The guest runs again: takes `end` back for waits to come. */
  goOn(): void {
    this.#ending = undefined;
  }

  #isEnd(error: Error): boolean {
    if (error instanceof GuestError) return error.exit !== undefined;
    return error.cause !== undefined && error.cause === this.#connection.orderlyEnd();
  }

  async #wait(wish: Wish, options: WaitLimits): Promise<QmpEvent> {
    const { phase } = wish;
    const refused = this.#connection.refuse(phase) ?? this.#ending?.(phase) ?? this.#tooMany(phase);
    if (refused !== undefined) throw refused;
    if (options.signal?.aborted) throw cancellation(phase, options.signal);
    const { promise, resolve, reject } = Promise.withResolvers<QmpEvent>();
    this.#start({ ...wish, resolve, reject, release: () => {} }, options);
    return await promise;
  }

  /** Settles every wait that this event fits. */
  offer(event: QmpEvent): void {
    for (const wait of [...this.#waits]) {
      try {
        if (!wait.accepts(event)) continue;
        this.#remove(wait);
        wait.resolve(event);
      } catch (error) {
        this.#remove(wait);
        wait.reject(error as Error);
      }
    }
  }

  /** Fails every pending wait with the error that `describe` makes of what it waited for. */
  failAll(describe: (phase: string) => Error): void {
    for (const wait of [...this.#waits]) {
      this.#remove(wait);
      wait.reject(describe(wait.phase));
    }
  }

  #tooMany(phase: string): QmpError | undefined {
    if (this.#waits.size < this.#limit) return undefined;
    return new QmpError(`${phase}: ${this.#limit} waits are pending (the limit pendingWaits)`, {});
  }

  #start(wait: Wait, { timeoutMs, signal }: WaitLimits): void {
    const fail = (error: Error) => {
      this.#remove(wait);
      wait.reject(error);
    };
    const unseenCount = this.#source.droppedAfter(wait.since);
    const stopClock = startDeadline(timeoutMs, () => {
      const detail = this.#describeMeanwhile(wait.since, unseenCount);
      fail(new TimeoutError(wait.phase, timeoutMs, "timeoutMs", detail));
    });
    const abort = () => {
      if (signal !== undefined) fail(cancellation(wait.phase, signal));
    };
    signal?.addEventListener("abort", abort, { once: true });
    wait.release = () => {
      stopClock();
      signal?.removeEventListener("abort", abort);
    };
    this.#waits.add(wait);
  }

  #remove(wait: Wait): void {
    this.#waits.delete(wait);
    wait.release();
  }

  #describeMeanwhile(since: number, unseenCount: number): string {
    const events = this.#source.after(since);
    const unseen =
      unseenCount === 0
        ? ""
        : `\n  ${unseenCount} events had left the history (the limit events) before this wait began`;
    if (events.length === 0) return `${unseen}\n  no event came meanwhile`;
    const earlier = this.#source.mark() - since - Math.min(events.length, EVENTS_NAMED);
    const cut = earlier === 0 ? "" : ` (the last ${EVENTS_NAMED}, after ${earlier} others)`;
    const named = events.slice(-EVENTS_NAMED).map(describeEvent).join("\n    ");
    return `${unseen}\n  events meanwhile${cut}:\n    ${named}`;
  }
}

function acceptor(
  name: string,
  phase: string,
  { where }: QmpWaitOptions,
): (event: QmpEvent) => boolean {
  return (event) => {
    if (event.event !== name) return false;
    if (typeof where !== "function") {
      return where === undefined || matchesPartially(event.data, where);
    }
    try {
      return where(event);
    } catch (error) {
      const message = `${phase}: its function threw: ${firstLine(error)}`;
      throw new QmpError(message, { received: event }, { cause: error });
    }
  };
}

function describeEvent(event: QmpEvent): string {
  const data = Object.keys(event.data).length === 0 ? "" : ` ${describeData(event.data)}`;
  return `${event.event}${data}`;
}

function describeData(data: object): string {
  return excerpt(
    JSON.stringify(data, (_key, value: unknown) =>
      typeof value === "bigint" ? value.toString() : value,
    ),
  );
}

function cancellation(phase: string, signal: AbortSignal): QmpError {
  const message = `${phase}: given up because its signal aborted: ${firstLine(signal.reason)}`;
  return new QmpError(message, {}, { cause: signal.reason });
}
