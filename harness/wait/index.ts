/**
 * What it is for: clocks, and the limits of waits.
 * What comes in: milliseconds, and what is to happen after them.
 * What goes out: calls that come after what has arrived was read.
 */

export { startDeadline } from "./deadline.ts";
export {
  afterInput,
  inputRead,
  longestDelayMs,
  monotonicMs,
  passed,
  repeat,
  startTimer,
  type Timer,
} from "./timers.ts";
export {
  type LimitVerdict,
  type NamedLimit,
  type PassedLimit,
  startWaitLimit,
  type WaitLimit,
} from "./wait-limit.ts";
export { withLimit } from "./with-limit.ts";
