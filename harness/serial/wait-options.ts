/** The options of a wait. */
import { inspect } from "node:util";
import { checkOptionNames, SpecError } from "../evidence/index.ts";
import { checkPatterns } from "./pattern-check.ts";

export interface WaitOptions {
  /** Milliseconds to wait at most. Default: the machine's limit for waits. */
  readonly timeoutMs?: number | undefined;
  /** By which clock they are; default: the machine's, which may be a virtual one. */
  readonly clock?: "host" | undefined;
  /** Output that fails the wait at once, instead of the well-known panics; `[]` for none. */
  readonly failOn?: readonly (string | RegExp)[] | undefined;
}

/** @throws `SpecError` for options that no wait can have. */
export function checkWaitOptions(options: WaitOptions, further: readonly string[] = []): void {
  checkOptionNames(options, ["timeoutMs", "clock", "failOn", ...further]);
  const { clock, failOn, timeoutMs } = options;
  if (failOn !== undefined) checkPatterns("failOn", failOn);
  if (clock !== undefined && clock !== "host") {
    throw new SpecError("clock", `takes "host" in a wait, not ${inspect(clock)}`);
  }
  if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs >= 0)) {
    throw new SpecError("timeoutMs", `takes milliseconds from 0 on, not ${inspect(timeoutMs)}`);
  }
}
