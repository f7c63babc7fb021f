/** Gives vitest's `expect`, every one of them, the matchers for machines and their parts. */
import { chai, expect as vitestExpect } from "vitest";
import { atCallSite, BringupError, CallSite } from "../evidence/index.ts";
import { Machine } from "../machine/index.ts";
import { type MatcherCall, type MatcherResult, matchers } from "../matchers/index.ts";
import { QmpClient } from "../qmp/index.ts";
import { Screen } from "../screen/index.ts";
import { SerialPort, SerialTerminal } from "../serial/index.ts";
import { baselineOf, type ScreenshotState, type ScreenshotTest } from "./baselines.ts";
import { ledgerOf, machineOf } from "./ledgers.ts";

type AnyMatcher = (
  call: MatcherCall,
  actual: unknown,
  ...given: unknown[]
) => Promise<MatcherResult>;

/** What of vitest's matcher state is needed. */
interface MatcherState extends ScreenshotState {
  readonly isNot: boolean;
  readonly assertion: object;
}

/** What a matcher is called on: one of `classes`, such as `example`. */
interface Receiver {
  readonly classes: readonly (abstract new (...given: never[]) => unknown)[];
  readonly example: string;
}

const machineReceiver: Receiver = { classes: [Machine], example: "vm" };

/** Where that is not just a machine. */
const receivers: Readonly<Record<string, Receiver>> = {
  toPrint: { classes: [SerialPort], example: "vm.serial" },
  toShowText: { classes: [Screen, SerialTerminal], example: "vm.screen" },
  toMatchScreenshot: { classes: [Screen], example: "vm.screen" },
  toEmitEvent: { classes: [Machine, QmpClient], example: "vm" },
};

/**
 * Twice: as vitest's own matchers, so that `.not`, `soft` and assertion counts work as usual, and
 * around those, because only what the test gets can tell whether the test awaits it.
 */
export function registerMatchers(): void {
  vitestExpect.extend(
    Object.fromEntries(
      Object.entries(matchers).map(([name, matcher]) => [
        name,
        function (this: MatcherState, actual: unknown, ...given: unknown[]) {
          return runMatcher({ name, matcher: matcher as AnyMatcher }, this, actual, given);
        },
      ]),
    ),
  );
  const { overwriteMethod, flag } = chai.util;
  for (const name of Object.keys(matchers)) {
    overwriteMethod(chai.Assertion.prototype, name, (original: AnyFunction) => {
      return function (this: object, ...given: unknown[]) {
        const site = new CallSite();
        const promise: unknown = original.apply(this, given);
        const ledger = ledgerOf(flag(this, "object"), flag(this, "vitest-test"));
        if (ledger === undefined || !(promise instanceof Promise)) return promise;
        return ledger.track(`expect(...).${name}`, promise, site);
      };
    });
  }
}

type AnyFunction = (this: unknown, ...given: unknown[]) => unknown;

/** Its failures name the line of the test, and what the machine was doing. */
function runMatcher(
  { name, matcher }: { name: string; matcher: AnyMatcher },
  state: MatcherState,
  actual: unknown,
  given: readonly unknown[],
): Promise<MatcherResult> {
  const site = new CallSite();
  const message: unknown = chai.util.flag(state.assertion, "message");
  const ledger = ledgerOf(actual, chai.util.flag(state.assertion, "vitest-test"));
  // Thrown at once, not rejected: that is seen even where nobody awaits.
  checkReceiver({ name, actual, site, isBootPending: ledger?.lacks("boot()") ?? false });
  const test = chai.util.flag(state.assertion, "vitest-test") ?? state;
  const baseline = (wanted: string | undefined) =>
    baselineOf(state, test as ScreenshotTest, wanted);
  return matcher({ isNot: state.isNot, baseline }, actual, ...given).catch(
    async (error: unknown) => {
      // The end of the test has ended the machine, and with it a wait that nobody awaits.
      if (ledger?.isClosed) return { pass: !state.isNot, message: () => "" };
      if (!(error instanceof BringupError)) throw error;
      const machine = actual instanceof Machine ? actual : machineOf(actual);
      const isScreen = actual instanceof Screen;
      const awaited = isScreen ? { channel: actual.name, patterns: [] } : undefined;
      await machine?.attachEvidence(error, awaited);
      if (typeof message === "string") error.message = `${message}: ${error.message}`;
      throw atCallSite(error, site);
    },
  );
}

interface Reception {
  readonly name: string;
  readonly actual: unknown;
  readonly site: CallSite;
  /** Whether the test has a `boot()` that it has not awaited. */
  readonly isBootPending: boolean;
}

/** @throws `TypeError`, because it is a mistake of the program and not a verdict on a guest. */
function checkReceiver({ name, actual, site, isBootPending }: Reception): void {
  const { classes, example } = receivers[name] ?? machineReceiver;
  if (classes.some((one) => actual instanceof one)) return;
  const wanted = classes.map((one) => one.name).join(" or ");
  const place = placeOn(actual, classes) ?? example;
  const advice = `write expect(${place}).${name}(...): it takes a ${wanted}, as boot() gives`;
  throw atCallSite(new TypeError(`${advice}, and got ${describe(actual, isBootPending)}`), site);
}

/** What was meant, where the part that was given lies beside it. */
function placeOn(actual: unknown, classes: Receiver["classes"]): string | undefined {
  const isPort = actual instanceof SerialPort;
  return isPort && classes.includes(SerialTerminal) ? "vm.serial.terminal" : undefined;
}

function describe(actual: unknown, isBootPending: boolean): string {
  if (actual instanceof Promise) return "a promise: put await before boot()";
  if (actual === undefined && isBootPending) return "undefined: put await before boot()";
  if (actual === undefined) {
    return "undefined: put await before boot(), or debugConsole: true in its spec";
  }
  if (actual instanceof Machine) return "the Machine itself";
  if (actual instanceof SerialPort) return `the serial port ${actual.name}`;
  if (typeof actual === "object" && actual !== null) {
    return `an object of ${actual.constructor?.name ?? "no class"}`;
  }
  return typeof actual === "string" ? JSON.stringify(actual.slice(0, 40)) : String(actual);
}
