import type { EndOptions, Machine } from "../machine/index.ts";
import {
  judgeWait,
  type MatcherCall,
  type MatcherResult,
  met,
  type NegatedOptions,
  show,
} from "./outcome.ts";

/** Options of `toPanic`. */
export type PanicOptions = EndOptions & Partial<NegatedOptions>;

/**
 * The guest reports its own death: fatal output on a port, or `pvpanic`. From the call on such
 * output is expected, unless negated. `message` narrows it, and may be left out.
 */
export async function toPanic(
  call: MatcherCall,
  machine: Machine,
  message?: string | RegExp | PanicOptions,
  options: PanicOptions = {},
): Promise<MatcherResult> {
  if (message !== undefined && typeof message !== "string" && !(message instanceof RegExp)) {
    return await toPanic(call, machine, undefined, message);
  }
  const verb = message === undefined ? "to panic" : `to panic with ${show(message)}`;
  const expectation = { subject: "the machine", verb };
  const accepts = (text: string) => message === undefined || says(text, message);
  const seen = machine.panics.find(accepts);
  if (call.isNot && seen !== undefined) return met(call, expectation, `but it did: ${seen}`);
  return await judgeWait(call, expectation, options, (limit) =>
    call.isNot
      ? machine.verdict.waitForEnd(
          verb,
          (exit) => exit.kind === "panic" && accepts(exit.message),
          limit,
        )
      : machine.verdict.waitForPanic(accepts, limit, verb),
  );
}

function says(text: string, message: string | RegExp): boolean {
  return typeof message === "string" ? text.includes(message) : text.search(message) !== -1;
}
