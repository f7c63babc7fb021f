/** The QMP client as a test sees it: its errors carry the evidence of the machine. */
import {
  atCaller,
  GuestError,
  type MachineExit,
  QmpError,
  TimeoutError,
} from "../evidence/index.ts";
import type { QmpClient } from "../qmp/index.ts";
import type { WaitLimit } from "./machine-parts.ts";

/** What the machine does around the calls that a test makes. */
export interface QmpSurroundings {
  /** The limit of a wait. */
  readonly limit: WaitLimit;
  readonly attachEvidence: (error: Error) => Promise<Error>;
  /** Resolves once it is known how the machine ended, if it has. */
  readonly exit: () => Promise<MachineExit | undefined>;
  readonly onWaiting: (change: 1 | -1) => void;
}

/**
 * The same client, but `execute`, `supports` and `waitForEvent` reject with evidence, and a wait
 * has the machine's limit, which is longer than a command's, ends with its test, or is none for a
 * debugger.
 */
export function evidentQmp(client: QmpClient, surroundings: QmpSurroundings): QmpClient {
  const { attachEvidence, exit, limit, onWaiting } = surroundings;
  const execute = client.execute.bind(client) as (...given: unknown[]) => Promise<unknown>;
  const supports = client.supports.bind(client) as (...given: unknown[]) => Promise<unknown>;
  const wait = client.waitForEvent.bind(client) as (...given: unknown[]) => Promise<unknown>;
  const explain = async (error: unknown, phase: string): Promise<Error> => {
    // A connection that breaks is a QEMU that ends: how it did says more.
    const hasEnded = error instanceof QmpError && client.state === "closed";
    const ending = hasEnded ? await exit() : undefined;
    if (ending === undefined) return await attachEvidence(error as Error);
    return await attachEvidence(new GuestError(`during ${phase}`, ending, { cause: error }));
  };
  const explained =
    (call: (...given: unknown[]) => Promise<unknown>) =>
    (command: string, ...given: unknown[]) =>
      atCaller(async () => {
        try {
          return await call(command, ...given);
        } catch (error) {
          throw await explain(error, `QMP ${command}`);
        }
      });
  const wrapped = new Map<PropertyKey, unknown>([
    ["execute", explained(execute)],
    ["supports", explained(supports)],
    [
      "waitForEvent",
      (name: string, options: { timeoutMs?: number } = {}) =>
        atCaller(async () => {
          onWaiting(1);
          const { limitMs, name: limitName } = limit(options.timeoutMs);
          try {
            return await wait(name, { ...options, timeoutMs: limitMs });
          } catch (error) {
            if (error instanceof TimeoutError) nameLimit(error, limitName);
            throw await explain(error, `a wait for the QMP event ${name}`);
          } finally {
            onWaiting(-1);
          }
        }),
    ],
  ]);
  return new Proxy(client, {
    get(target, property) {
      if (wrapped.has(property)) return wrapped.get(property);
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The client knows of one limit only, and calls it by the name of its own option. */
function nameLimit(error: TimeoutError, name: string): void {
  error.message = error.message.replace("(timeoutMs)", `(${name})`);
}
