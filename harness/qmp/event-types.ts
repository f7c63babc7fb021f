/** How events are typed: by the table in `generated/`; others arrive with unknown members. */
import type { ResetReason } from "./generated/enums.ts";
import type { QmpEvents } from "./generated/events.ts";
import type { OpenEnum } from "./shapes.ts";

export type { QmpEvents };

/** Why a machine stopped or reset, as QEMU names it ("ShutdownCause"). */
export type QmpShutdownCause = OpenEnum<ResetReason>;

/** An event by name; any string is allowed, the listed ones are typed. */
export type QmpEventName = OpenEnum<keyof QmpEvents>;

/** What an event carries. */
export type QmpEventData<Name extends string> = Name extends keyof QmpEvents
  ? QmpEvents[Name]
  : Readonly<Record<string, unknown>>;

/** One event, as it arrived. */
export interface QmpEvent<Name extends string = string> {
  readonly event: Name;
  /** What QEMU said of it; empty where QEMU said nothing. */
  readonly data: QmpEventData<Name>;
  /** Milliseconds since 1970 by the host's clock, or `undefined` where QEMU had no time. */
  readonly timestampMs: number | undefined;
  /** Counts the events of this connection, from 1, without gaps. */
  readonly sequence: number;
}

/** Some members of an event's data, at any depth, or a function that decides. */
export type QmpEventWhere<Name extends string> =
  | DeepPartial<QmpEventData<Name>>
  | ((event: QmpEvent<Name>) => boolean);

/** How one event is waited for. */
export interface QmpWaitOptions<Name extends string = string> {
  /** What the event must say, beside having the name. */
  readonly where?: QmpEventWhere<Name>;
  /**
   * A point given by `mark()`: an event after it counts, even if it came before this call. Without
   * it only events count that come after this call.
   */
  readonly since?: number;
  /** Limit in milliseconds; `Infinity` for none. */
  readonly timeoutMs?: number;
  /** By which clock they are; default: the machine's, which may be a virtual one. */
  readonly clock?: "host" | undefined;
  /** Gives the wait up when it aborts. */
  readonly signal?: AbortSignal;
}

type DeepPartial<Value> = Value extends object
  ? { readonly [Key in keyof Value]?: DeepPartial<Value[Key]> }
  : Value;
