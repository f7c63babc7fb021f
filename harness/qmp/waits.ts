/** The waits for events that have not come yet. */
import { QmpError, TimeoutError } from "../evidence/index.ts";
import { startDeadline } from "./deadline.ts";
import type { QmpEvent, QmpWaitOptions } from "./event-types.ts";
import { excerpt, firstLine } from "./excerpt.ts";
import { describeWhere, matchesPartially } from "./match.ts";

/** How many of the events seen meanwhile a time-out names. */
const EVENTS_NAMED = 10;

interface Wait {
  readonly phase: string;
  readonly accepts: (event: QmpEvent) => boolean;
  readonly resolve: (event: QmpEvent) => void;
  readonly reject: (error: Error) => void;
  release: () => void;
}

/** What a wait may look at: the events after a point, and how many of those were dropped. */
interface EventSource {
  readonly mark: () => number;
  readonly after: (sequence: number) => readonly QmpEvent[];
  readonly droppedAfter: (sequence: number) => number;
}

/** Settles each wait exactly once: by its event, its time limit, its signal, or the end. */
export class EventWaits {
  readonly #limit: number;
  readonly #source: EventSource;
  readonly #waits = new Set<Wait>();

  constructor(limit: number, source: EventSource) {
    this.#limit = limit;
    this.#source = source;
  }

  /**
   * Waits for an event called `name`, beginning with those after `options.since`. `refuse` is asked
   * only if none of those fits, and gives the error to fail with at once where waiting is in vain.
   *
   * @throws What `refuse` gives; QmpError if the signal aborts, `where` throws, too many wait, or
   * the connection ends; TimeoutError at its limit.
   */
  async add(
    name: string,
    options: QmpWaitOptions & { readonly timeoutMs: number },
    refuse: (phase: string) => Error | undefined,
  ): Promise<QmpEvent> {
    const since = options.since ?? this.#source.mark();
    const phase = `QMP event ${name}${describeWhere(options.where)}`;
    const accepts = acceptor(name, phase, options);
    const found = this.#source.after(since).find(accepts);
    if (found !== undefined) return found;
    const refused = refuse(phase) ?? this.#tooMany(phase);
    if (refused !== undefined) throw refused;
    if (options.signal?.aborted) throw cancellation(phase, options.signal);
    const { promise, resolve, reject } = Promise.withResolvers<QmpEvent>();
    const wait: Wait = { phase, accepts, resolve, reject, release: () => {} };
    this.#start(wait, since, options);
    return promise;
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

  #start(
    wait: Wait,
    since: number,
    options: QmpWaitOptions & { readonly timeoutMs: number },
  ): void {
    const { timeoutMs, signal } = options;
    const fail = (error: Error) => {
      this.#remove(wait);
      wait.reject(error);
    };
    const unseenCount = this.#source.droppedAfter(since);
    const stopClock = startDeadline(timeoutMs, () => {
      const detail = this.#describeMeanwhile(since, unseenCount);
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
