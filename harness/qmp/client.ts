/** The QMP client: commands and events over one connection. */
import type { Duplex } from "node:stream";
import { QmpError } from "../evidence/index.ts";
import { Availability } from "./availability.ts";
import { CallTable } from "./calls.ts";
import type { QmpClientOptions } from "./client-options.ts";
import type { QmpCommandName, QmpExecuteOptions, QmpExecuteRest, QmpResult } from "./commands.ts";
import { Connection, type QmpState } from "./connection.ts";
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
import type { QmpGreeting, QmpMessage } from "./message.ts";
import { QmpQueries } from "./queries.ts";
import { EventWaits } from "./waits.ts";

/** Whoever waits for the schema has a limit of its own. */
const askFirst = { timeoutMs: Number.POSITIVE_INFINITY, isFirst: true };

/**
 * Speaks QMP on a stream (QEMU documentation, docs/interop/qmp-spec).
 *
 * The state goes from `connecting` over `negotiating` and `ready` to `closed`, and never back. When
 * it becomes `closed`, everything that is pending fails, and the stream is destroyed: nothing stays
 * pending for ever. Reading begins after the constructor has returned, so no event is lost.
 */
export class QmpClient {
  /** Questions about the machine's state, with answers that are easy to compare. */
  readonly query = new QmpQueries((command, args) => this.execute(command, args));
  readonly #timeoutMs: number;
  readonly #connection: Connection;
  readonly #calls: CallTable;
  readonly #availability: Availability;
  readonly #events: EventLog;
  readonly #waits: EventWaits;

  /**
   * Takes over `stream`, and negotiates as soon as QEMU greets; `ready` tells when that is done.
   *
   * @throws SpecError if a time limit is not a number of milliseconds.
   */
  constructor(stream: Duplex, options: QmpClientOptions = {}) {
    const limits = { ...DEFAULT_QMP_LIMITS, ...options.limits };
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#calls = new CallTable(limits, {
      send: (line) => this.#connection.send(line),
      judge: (intent) => this.#availability.judge(intent),
      describeSilence: () => this.#connection.describeSilence(),
    });
    this.#availability = new Availability({
      isChecking: options.checksCommands ?? true,
      program: options.program,
      greeting: () => this.greeting,
      ask: () => this.#calls.add("query-qmp-schema", undefined, askFirst),
      resume: () => this.#calls.sendQueued(),
    });
    this.#events = new EventLog(limits, options.onListenerError ?? warnOfListener);
    this.#waits = new EventWaits(limits.pendingWaits, this.#events, {
      refuse: (phase) =>
        this.state === "ready" ? undefined : this.#connection.stateError(phase, ["ready"]),
      orderlyEnd: () => this.#connection.orderlyEnd,
    });
    this.#connection = new Connection(stream, {
      messageSizeBytes: limits.messageSizeBytes,
      connectTimeoutMs: options.connectTimeoutMs ?? DEFAULT_TIMEOUT_MS,
      log: options.log,
      now: options.now ?? (() => performance.now()),
      negotiate: (greeting) => this.#negotiate(greeting),
      take: (message, sizeBytes) => this.#take(message, sizeBytes),
      abort: (reason) => this.#abort(reason),
    });
  }

  /**
   * Opens a client on `stream` and waits until it is ready.
   *
   * @throws QmpError if the stream ends or breaks the protocol; TimeoutError at `connectTimeoutMs`;
   * SpecError if a limit is not a number. The stream is destroyed then, except by SpecError.
   */
  static async connect(stream: Duplex, options: QmpClientOptions = {}): Promise<QmpClient> {
    const client = new QmpClient(stream, options);
    await client.ready;
    return client;
  }

  /** Where the connection stands. */
  get state(): QmpState {
    return this.#connection.state;
  }

  /** Fulfilled when commands may be run; rejected with the reason if the client closes before. */
  get ready(): Promise<void> {
    return this.#connection.ready;
  }

  /** Fulfilled with the reason when the client closes; never rejected. */
  get closed(): Promise<Error> {
    return this.#connection.closed;
  }

  /**
   * QEMU's version and capabilities.
   *
   * @throws StateError before the greeting came.
   */
  get greeting(): QmpGreeting {
    return this.#connection.greeting;
  }

  /**
   * Runs a command and returns its answer. Commands may be run at once; QEMU carries the in-band
   * ones out in the order of the calls.
   *
   * @throws QmpError if QEMU refuses it (`sent`, `received`, `errorClass`), if the connection ends
   * first, or if it was not sent (this QEMU has no such command or argument, or does not take it
   * out of band; a limit, arguments that are not JSON, an aborted signal);
   * TimeoutError at its limit, after which the client goes on and the command may still be carried
   * out; StateError if the client is not ready; SpecError if `timeoutMs` is not a number.
   */
  async execute<Name extends QmpCommandName>(
    command: Name,
    ...rest: QmpExecuteRest<Name>
  ): Promise<QmpResult<Name>> {
    if (this.state !== "ready") throw this.#connection.stateError(`QMP ${command}`, ["ready"]);
    const [args, options] = rest as [object?, QmpExecuteOptions?];
    const timeoutMs = options?.timeoutMs ?? this.#timeoutMs;
    const result = await this.#calls.add(command, args, { ...options, timeoutMs });
    return result as QmpResult<Name>;
  }

  /**
   * Whether this QEMU has a command, and whether the command takes an argument, if one is named.
   *
   * @throws QmpError if QEMU does not tell; TimeoutError after the client's `timeoutMs`; StateError
   * if the client is not ready.
   */
  async supports(command: QmpCommandName, argument?: string): Promise<boolean> {
    if (this.state !== "ready") throw this.#connection.stateError("QMP supports()", ["ready"]);
    return (await this.#availability.schema(this.#timeoutMs)).has(command, argument);
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

  /**
   * Closes the connection. Everything pending fails with a QmpError whose `cause` leads to
   * `reason`. Does nothing if the client is closed already.
   */
  close(reason?: Error): void {
    const why = reason === undefined ? "" : `: ${firstLine(reason)}`;
    const cause = reason === undefined ? {} : { cause: reason };
    this.#connection.end(new QmpError(`the QMP connection was closed${why}`, {}, cause));
  }

  #negotiate(greeting: QmpGreeting): Promise<unknown> {
    const enable = greeting.capabilities.filter((capability) => capability === "oob");
    // The connection's own limit bounds this one.
    const options = { timeoutMs: Number.POSITIVE_INFINITY };
    return this.#calls.add("qmp_capabilities", { enable }, options);
  }

  #take(message: Exclude<QmpMessage, { kind: "greeting" }>, sizeBytes: number): void {
    if (message.kind !== "event") {
      this.#calls.settle(message);
      return;
    }
    const event = this.#events.add(message, sizeBytes);
    this.#waits.offer(event);
    this.#events.tell(event);
  }

  #abort(reason: Error): void {
    this.#calls.failAll(reason);
    this.#waits.failAll((phase) => {
      const message = `${phase}: will not come: ${firstLine(reason)}`;
      const received = reason instanceof QmpError ? reason.received : undefined;
      return new QmpError(message, { received }, { cause: reason });
    });
  }
}
