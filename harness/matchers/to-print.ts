import { checkOptionNames, GuestError, isDeath, SpecError, StateError } from "../evidence/index.ts";
import type { SerialPort, WaitOptions } from "../serial/index.ts";
import {
  type AskedLimit,
  type Expectation,
  judgeWait,
  type MatcherCall,
  type MatcherResult,
  met,
  notMet,
  show,
  waitOptionNames,
} from "./outcome.ts";

/** Until when a port must not print something. One of the two is needed. */
export type NotPrintOptions = Pick<WaitOptions, "clock" | "failOn" | "timeoutMs"> &
  (
    | {
        /** Later output, or `"exit"`: the end of the machine in good order. */
        readonly until: string | RegExp;
        readonly forMs?: never;
      }
    | {
        /** Milliseconds; the guest must live on that long. */
        readonly forMs: number;
        readonly until?: never;
      }
  );

const optionNames = [...waitOptionNames, "failOn", "until"];

/** Everything that `toPrint` may be given, checked where it matters. */
type PrintOptions = WaitOptions & { readonly until?: string | RegExp; readonly forMs?: number };

/**
 * The port prints `pattern`, from the cursor on; the cursor moves behind it (`SerialPort.waitFor`).
 * Negated: it does not, until a stated moment, and that moment must come.
 */
export async function toPrint(
  call: MatcherCall,
  port: SerialPort,
  pattern: string | RegExp,
  options: PrintOptions = {},
): Promise<MatcherResult> {
  const expectation = { subject: port.name, verb: `to print ${show(pattern)}` };
  checkOptionNames(options, optionNames);
  const { clock, failOn, forMs, timeoutMs, until } = options;
  if (!call.isNot || until === undefined) {
    requireMoment(call, forMs);
    const wait = async (limit: AskedLimit) => {
      if (call.isNot) requireRunning(port);
      return await port.waitFor(pattern, { ...limit, failOn });
    };
    const judged = await judgeWait(call, expectation, options, wait, optionNames);
    // It may have been paused meanwhile.
    if (call.isNot) requireRunning(port);
    return judged;
  }
  if (forMs !== undefined) {
    throw new SpecError("until", "and forMs exclude each other: name one moment");
  }
  const waitOptions = { clock, timeoutMs, failOn };
  if (until === "exit") return await notBeforeExit(call, port, pattern, waitOptions, expectation);
  const { index, match } = await port.waitForAny([pattern, until], waitOptions);
  return index === 0 ? met(call, expectation, printed(match.text)) : notMet(expectation);
}

/** @throws `StateError` where the guest cannot print anything: its silence is none of its own. */
function requireRunning(port: SerialPort): void {
  if (!port.isPaused) return;
  throw new StateError("not.toPrint({ forMs })", "paused", ["running"]);
}

function requireMoment(call: MatcherCall, forMs: number | undefined): void {
  if (!call.isNot || forMs !== undefined) return;
  throw new SpecError(
    "until",
    'is missing: not.toPrint needs a moment, { until: /later output/ }, { until: "exit" } or { forMs }',
  );
}

async function notBeforeExit(
  call: MatcherCall,
  port: SerialPort,
  pattern: string | RegExp,
  options: WaitOptions,
  expectation: Expectation,
): Promise<MatcherResult> {
  let text: string;
  try {
    ({ text } = await port.waitFor(pattern, options));
  } catch (error) {
    const isGoodEnd =
      error instanceof GuestError && error.exit !== undefined && !isDeath(error.exit);
    if (isGoodEnd) return notMet(expectation);
    throw error;
  }
  return met(call, expectation, printed(text));
}

function printed(text: string): string {
  return `but it printed ${show(text)}`;
}
