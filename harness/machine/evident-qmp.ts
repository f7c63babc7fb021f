/** The QMP client as a test sees it: its errors carry the evidence of the machine. */

import {
  atCaller,
  GuestError,
  type MachineExit,
  QmpError,
  StateError,
  TimeoutError,
  type TrackCall,
} from "../evidence/index.ts";
import {
  followable,
  type QmpClient,
  type QmpQueries,
  type QmpStreamOptions,
  type QmpWaitOptions,
  streamEvents,
} from "../qmp/index.ts";
import type { PassedLimit, WaitLimit } from "../wait/index.ts";
import type { LimitOfWait } from "./machine-parts.ts";

/** What the machine does around the calls that a test makes. */
export interface QmpSurroundings {
  /** The limit of a wait. */
  readonly limit: LimitOfWait;
  /** Takes note of each wait of a test. */
  readonly track: TrackCall | undefined;
  readonly attachEvidence: (error: Error) => Promise<Error>;
  /** Fulfilled once the harness needs the guest as it is for nothing any more. */
  readonly turn: () => Promise<unknown>;
  /** Resolves once it is known how the machine ended, if it has. */
  readonly exit: () => Promise<MachineExit | undefined>;
  /** Whether QEMU was told to quit because only its exit code tells how the guest ended. */
  readonly hasQuitForStatus: () => boolean;
  readonly onWaiting: (change: 1 | -1) => void;
}

/**
 * The same client, but what it rejects with has evidence, and a wait has the machine's limit, which
 * is longer than a command's, ends with its test, or is none for a debugger.
 */
export function evidentQmp(client: QmpClient, surroundings: QmpSurroundings): QmpClient {
  const around = new Around(client, surroundings);
  const execute = client.execute.bind(client) as (...given: unknown[]) => Promise<unknown>;
  const supports = client.supports.bind(client) as (...given: unknown[]) => Promise<unknown>;
  const wait = client.waitForEvent.bind(client) as (...given: unknown[]) => Promise<unknown>;
  const track: TrackCall = (call, result) => surroundings.track?.(call, result) ?? result;
  const source = {
    mark: () => client.mark(),
    nextEvent: (options: QmpStreamOptions = {}) => {
      const since = options.since ?? client.mark();
      return around.wait("the next QMP event", options, (timeoutMs) =>
        client.nextEvent({ ...options, since, timeoutMs }),
      );
    },
  };
  const commanding =
    (call: (...given: unknown[]) => Promise<unknown>) =>
    (command: string, ...given: unknown[]) =>
      around.command(command, () => call(command, ...given));
  const wrapped = new Map<PropertyKey, unknown>([
    ["execute", commanding(execute)],
    ["supports", commanding(supports)],
    ["query", evidentQueries(client.query, around)],
    [
      "waitForEvent",
      (name: string, options: QmpWaitOptions = {}) => {
        const since = options.since ?? client.mark();
        const event = around.wait(`QMP event ${name}`, options, (timeoutMs) =>
          wait(name, { ...options, since, timeoutMs }),
        );
        return track("waitForEvent()", event);
      },
    ],
    ["nextEvent", (options?: QmpStreamOptions) => track("nextEvent()", source.nextEvent(options))],
    ["eventStream", (options?: QmpStreamOptions) => streamEvents(source, options)],
  ]);
  return new Proxy(client, {
    get(target, property) {
      if (wrapped.has(property)) return wrapped.get(property);
      if (property === "events") return followable(target.events, source);
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The same questions, whose errors have evidence. */
function evidentQueries(queries: QmpQueries, around: Around): QmpQueries {
  return new Proxy(queries, {
    get(target, property) {
      const ask: unknown = Reflect.get(target, property, target);
      if (typeof ask !== "function") return ask;
      return (...given: unknown[]) =>
        around.command(`query.${String(property)}`, async () => await ask.apply(target, given));
    },
  });
}

const quitAdvice =
  "QEMU was told to quit, for only its exit code tells the exit device from a power-off; " +
  "with exitDevice: false a machine that has switched itself off answers";

/** What the machine does around a call. */
class Around {
  readonly #client: QmpClient;
  readonly #surroundings: QmpSurroundings;

  constructor(client: QmpClient, surroundings: QmpSurroundings) {
    this.#client = client;
    this.#surroundings = surroundings;
  }

  command(name: string, act: () => Promise<unknown>): Promise<unknown> {
    const inTurn = async () => {
      await this.#surroundings.turn();
      return await act();
    };
    return atCaller(inTurn, (error) => this.#explain(error, `QMP ${name}`));
  }

  wait<Result>(
    what: string,
    { clock, timeoutMs }: Pick<QmpWaitOptions, "clock" | "timeoutMs">,
    act: (timeoutMs: number) => Promise<Result>,
  ): Promise<Result> {
    const { limit, onWaiting } = this.#surroundings;
    return atCaller(async () => {
      onWaiting(1);
      try {
        return await waitWithin(limit(timeoutMs, clock), act);
      } catch (error) {
        throw await this.#explainWait(error, what);
      } finally {
        onWaiting(-1);
      }
    });
  }

  /** The machine is over, and the guest's end is why, whether QEMU is still there or not. */
  async #explainWait(error: unknown, what: string): Promise<Error> {
    const { attachEvidence, exit } = this.#surroundings;
    const isGone = error instanceof QmpError || error instanceof StateError;
    const ending = isGone && this.#client.state === "closed" ? await exit() : undefined;
    if (ending === undefined) return await attachEvidence(error as Error);
    return await attachEvidence(
      new GuestError(`while waiting for ${what}`, ending, { cause: error }),
    );
  }

  async #explain(error: unknown, phase: string): Promise<Error> {
    const { attachEvidence, exit, hasQuitForStatus } = this.#surroundings;
    if (error instanceof StateError && hasQuitForStatus()) error.message += `\n  ${quitAdvice}`;
    // A connection that breaks is a QEMU that ends: how it did says more.
    const hasEnded = error instanceof QmpError && this.#client.state === "closed";
    const ending = hasEnded ? await exit() : undefined;
    if (ending === undefined) return await attachEvidence(error as Error);
    return await attachEvidence(new GuestError(`during ${phase}`, ending, { cause: error }));
  }
}

/**
 * Waits until the limit has passed by whichever clock it goes. The client knows of the wall clock
 * only, and calls its limit by the name of its own option.
 */
async function waitWithin<Result>(
  { judge, limitMs, name }: WaitLimit,
  wait: (timeoutMs: number) => Promise<Result>,
): Promise<Result> {
  for (let timeoutMs = limitMs; ; ) {
    try {
      return await wait(timeoutMs);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      const verdict = judge === undefined ? { limitMs, name } : await judge();
      if (!("moreMs" in verdict)) throw withLimitOf(error, verdict);
      timeoutMs = verdict.moreMs;
    }
  }
}

function withLimitOf(
  { message, phase }: TimeoutError,
  { detail = "", limitMs, name }: PassedLimit,
): TimeoutError {
  const meanwhile = message.slice(message.indexOf(phase) + phase.length);
  return new TimeoutError(phase, limitMs, name, detail + meanwhile);
}
