import type { EndOptions, Machine } from "../machine/index.ts";
import { judgeWait, type MatcherCall, type MatcherResult, type NegatedOptions } from "./outcome.ts";

/**
 * The guest resets the machine: its end with `onReset: "stop"`, the next reset that no `toReset`
 * has taken yet with `"continue"`. A triple fault is no reset.
 */
export async function toReset(
  call: MatcherCall,
  machine: Machine,
  options: EndOptions & Partial<NegatedOptions> = {},
): Promise<MatcherResult> {
  return await judgeWait(call, { subject: "the machine", verb: "to reset" }, options, (limit) =>
    machine.verdict.waitForReset(limit),
  );
}
