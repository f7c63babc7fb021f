import type { Machine } from "../machine/index.ts";
import type { QmpRunState } from "../qmp/index.ts";
import { type MatcherCall, type MatcherResult, met, mismatch, notMet } from "./outcome.ts";

/**
 * QMP's run state (`query-status`), looked at once. A machine that has ended has the state in
 * which its body is kept ("shutdown", "guest-panicked", …), or none if QEMU is gone too.
 */
export async function toHaveQmpState(
  call: MatcherCall,
  machine: Machine,
  expected: QmpRunState,
): Promise<MatcherResult> {
  const actual = await runState(machine);
  const expectation = { subject: "the machine's QMP run state", verb: `to be ${expected}` };
  if (actual === expected) return met(call, expectation, "but it is");
  if (call.isNot) return notMet(expectation);
  throw mismatch(expectation.subject, expected, actual);
}

/** A QEMU that ends while it is asked has no state any more. */
async function runState(machine: Machine): Promise<QmpRunState | "gone"> {
  if (machine.qmp.state !== "ready") return "gone";
  try {
    return (await machine.qmp.execute("query-status")).status;
  } catch (error) {
    if (machine.qmp.state !== "ready") return "gone";
    throw error;
  }
}
