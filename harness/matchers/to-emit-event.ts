import type { Machine } from "../machine/index.ts";
import type { QmpClient, QmpEventName, QmpEventWhere } from "../qmp/index.ts";
import {
  type AskedLimit,
  judgeWait,
  type MatcherCall,
  type MatcherResult,
  type NegatedOptions,
  show,
} from "./outcome.ts";

/** Which event, and until when. */
export interface EmitEventOptions<Name extends string = string> {
  /** Part of the event's data, or a predicate. */
  readonly where?: QmpEventWhere<Name>;
  /** A point from `vm.qmp.mark()`; default: every event since the machine started counts. */
  readonly since?: number;
  readonly timeoutMs?: number | undefined;
  /** By which clock they are; default: the machine's, which may be a virtual one. */
  readonly clock?: "host" | undefined;
}

/** QEMU emits a QMP event, or has emitted it since the machine started (or since `since`). */
export async function toEmitEvent<Name extends QmpEventName>(
  call: MatcherCall,
  receiver: Machine | QmpClient,
  name: Name,
  options: EmitEventOptions<Name> & Partial<NegatedOptions> = {},
): Promise<MatcherResult> {
  const qmp = "qmp" in receiver ? receiver.qmp : receiver;
  const { since = 0, where } = options;
  const matching = where === undefined ? "" : ` with ${show(where)}`;
  const expectation = { subject: "QEMU", verb: `to emit the QMP event ${name}${matching}` };
  const wait = ({ clock, timeoutMs }: AskedLimit) =>
    qmp.waitForEvent<Name>(name, {
      since,
      clock,
      ...(where === undefined ? {} : { where }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  return await judgeWait(call, expectation, options, wait, ["where", "since"]);
}
