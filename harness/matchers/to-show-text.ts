import { checkOptionNames } from "../evidence/index.ts";
import type { WaitOptions } from "../serial/index.ts";
import {
  type AskedLimit,
  judgeWait,
  type MatcherCall,
  type MatcherResult,
  met,
  type NegatedOptions,
  notMet,
  show,
  waitOptionNames,
} from "./outcome.ts";

/** Whatever has a screen with text on it. */
export interface TextShower {
  /** For messages: "serial0's terminal". */
  readonly name: string;
  /** Whether it shows `pattern` now. */
  shows(pattern: string | RegExp): boolean | Promise<boolean>;
  /** Waits until it shows `pattern`. */
  waitForText(pattern: string | RegExp, options: WaitOptions): Promise<unknown>;
}

/** For how long a screen must not show something; without `forMs` it is looked at once. */
export type NotShowTextOptions = Pick<WaitOptions, "failOn"> & Partial<NegatedOptions>;

/**
 * The screen shows `pattern`, now or before long. Negated: it does not now, and with `forMs` not
 * for so long. What it showed once and shows no more does not count: a screen is a state. Rows of
 * SeaBIOS do not count either; a boot loader's words do, so look for what only the kernel says.
 */
export async function toShowText(
  call: MatcherCall,
  screen: TextShower,
  pattern: string | RegExp,
  options: WaitOptions & Partial<NegatedOptions> = {},
): Promise<MatcherResult> {
  const expectation = { subject: screen.name, verb: `to show ${show(pattern)}` };
  if (!call.isNot || options.forMs !== undefined) {
    const { failOn } = options;
    const wait = (limit: AskedLimit) => screen.waitForText(pattern, { ...limit, failOn });
    return await judgeWait(call, expectation, options, wait, ["failOn"]);
  }
  checkOptionNames(options, [...waitOptionNames, "failOn"]);
  return (await screen.shows(pattern))
    ? met(call, expectation, "but it does")
    : notMet(expectation);
}
