import type { MachineExit } from "../evidence/index.ts";
import type { EndOptions, Machine } from "../machine/index.ts";
import {
  judgeWait,
  type MatcherCall,
  type MatcherResult,
  type NegatedOptions,
  show,
} from "./outcome.ts";

type Fields<Exit> = Exit extends MachineExit
  ? {
      readonly [Key in Exclude<keyof Exit, "at" | "because">]?: Exit[Key] extends string
        ? Key extends "kind"
          ? Exit[Key]
          : Exit[Key] | RegExp
        : Exit[Key];
    }
  : never;

/** What is expected of an exit: any of its fields; a message may be given as an expression. */
export type ExpectedExit = Fields<MachineExit>;

/**
 * The machine ends as `expected` says (any end where it says nothing), within the limit.
 * Satisfied, that end is expected: it fails the test no more.
 */
export async function toExit(
  call: MatcherCall,
  machine: Machine,
  expected: ExpectedExit = {},
  options: EndOptions & Partial<NegatedOptions> = {},
): Promise<MatcherResult> {
  const what = Object.keys(expected).length === 0 ? "to end" : `to end as ${show(expected)}`;
  return await judgeWait(call, { subject: "the machine", verb: what }, options, (limit) =>
    machine.waitForEnd(what, (exit) => isAsExpected(exit, expected), limit),
  );
}

function isAsExpected(exit: MachineExit, expected: ExpectedExit): boolean {
  const actual: Record<string, unknown> = { ...exit };
  return Object.entries(expected).every(([name, value]) => {
    if (value === undefined) return true;
    return value instanceof RegExp
      ? String(actual[name] ?? "").search(value) !== -1
      : actual[name] === value;
  });
}
