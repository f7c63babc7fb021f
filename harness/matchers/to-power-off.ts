import type { EndOptions, Machine } from "../machine/index.ts";
import { judgeWait, type MatcherCall, type MatcherResult, type NegatedOptions } from "./outcome.ts";

const verb = "to power off";

/** The guest switches the machine off. A panic before that is a panic, and does not satisfy. */
export async function toPowerOff(
  call: MatcherCall,
  machine: Machine,
  options: EndOptions & Partial<NegatedOptions> = {},
): Promise<MatcherResult> {
  return await judgeWait(call, { subject: "the machine", verb }, options, (limit) =>
    machine.verdict.waitForEnd(verb, (exit) => exit.kind === "power-off", limit),
  );
}
