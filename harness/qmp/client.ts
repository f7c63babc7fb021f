/** The QMP client: commands and events over one connection. */

import type { Duplex } from "node:stream";
import { QmpError } from "../evidence/index.ts";
import { monotonicMs } from "../wait/index.ts";
import { Availability } from "./availability.ts";
import { CallTable } from "./calls.ts";
import type { QmpClientOptions } from "./client-options.ts";
import type { QmpCommandName, QmpExecuteOptions, QmpExecuteRest, QmpResult } from "./commands.ts";
import { Connection, type QmpState } from "./connection.ts";
import { QmpEventFeed } from "./event-feed.ts";
import { firstLine } from "./excerpt.ts";
import { DEFAULT_QMP_LIMITS, DEFAULT_TIMEOUT_MS } from "./limits.ts";
import type { QmpGreeting, QmpMessage } from "./message.ts";
import { QmpQueries } from "./queries.ts";

/** Whoever waits for the schema has a limit of its own. */
const askFirst = { timeoutMs: Number.POSITIVE_INFINITY, isFirst: true };

/**
 * Speaks QMP on a stream (QEMU documentation, docs/interop/qmp-spec).
 *
 * The state goes from `connecting` over `negotiating` and `ready` to `closed`, and never back. When
 * it becomes `closed`, everything that is pending fails, and the stream is destroyed: nothing stays
 * pending for ever. Reading begins after the constructor has returned, so no event is lost.
 */
export class QmpClient extends QmpEventFeed {
  /** Questions about the machine's state, with answers that are easy to compare. */
  readonly query = new QmpQueries((command, args) => this.execute(command, args));
  readonly #timeoutMs: number;
  readonly #connection: Connection;
  readonly #calls: CallTable;
  readonly #availability: Availability;

  /**
   * Takes over `stream`, and negotiates as soon as QEMU greets; `ready` tells when that is done.
   *
   * @throws SpecError if a time limit is not a number of milliseconds.
   */
  constructor(stream: Duplex, options: QmpClientOptions = {}) {
    super(options);
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
    this.#connection = new Connection(stream, {
      messageSizeBytes: limits.messageSizeBytes,
      connectTimeoutMs: options.connectTimeoutMs ?? DEFAULT_TIMEOUT_MS,
      log: options.log,
      now: options.now ?? (() => monotonicMs()),
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
   * Closes the connection. Everything pending fails with a QmpError whose `cause` leads to
   * `reason`. Does nothing if the client is closed already.
   */
  close(reason?: Error): void {
    const why = reason === undefined ? "" : `: ${firstLine(reason)}`;
    const cause = reason === undefined ? {} : { cause: reason };
    this.#connection.end(new QmpError(`the QMP connection was closed${why}`, {}, cause));
  }

  protected override refusalOfWait(phase: string): Error | undefined {
    return this.state === "ready" ? undefined : this.#connection.stateError(phase, ["ready"]);
  }

  protected override get orderlyEnd(): Error | undefined {
    return this.#connection.orderlyEnd;
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
    this.takeEvent(message, sizeBytes);
  }

  #abort(reason: Error): void {
    this.#calls.failAll(reason);
    this.abortWaits(reason);
  }
}
