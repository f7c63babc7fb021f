import type { Machine } from "../machine/index.ts";
import type { MatcherCall, MatcherResult } from "./outcome.ts";
import { toHaveQmpState } from "./to-have-qmp-state.ts";

/** QMP says that the machine runs, now. */
export function toBeRunning(call: MatcherCall, machine: Machine): Promise<MatcherResult> {
  return toHaveQmpState(call, machine, "running");
}
