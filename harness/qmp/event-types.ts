/**
 * Types of the QMP events that a test meets most, by hand from what `query-qmp-schema` of QEMU 7.2
 * says. Other events arrive all the same, with `data` of unknown members.
 */
import type { OpenEnum, QmpNothing } from "./commands.ts";

/** Why a machine stopped or reset, as QEMU names it ("ShutdownCause"). */
export type QmpShutdownCause = OpenEnum<
  | "none"
  | "host-error"
  | "host-qmp-quit"
  | "host-qmp-system-reset"
  | "host-signal"
  | "host-ui"
  | "guest-shutdown"
  | "guest-reset"
  | "guest-panic"
  | "subsystem-reset"
  | "snapshot-load"
>;

type ShutdownData = { readonly guest: boolean; readonly reason: QmpShutdownCause };
type PanicData = {
  readonly action: OpenEnum<"pause" | "poweroff" | "run">;
  readonly info?: Readonly<Record<string, unknown>>;
};
type UnplugData = { readonly device?: string; readonly path: string };

/** Event name → its data. Add to it by declaration merging. */
export interface QmpEvents {
  SHUTDOWN: ShutdownData;
  RESET: ShutdownData;
  POWERDOWN: QmpNothing;
  STOP: QmpNothing;
  RESUME: QmpNothing;
  SUSPEND: QmpNothing;
  WAKEUP: QmpNothing;
  WATCHDOG: { readonly action: string };
  GUEST_PANICKED: PanicData;
  GUEST_CRASHLOADED: PanicData;
  BLOCK_IO_ERROR: {
    readonly device: string;
    readonly "node-name"?: string;
    readonly operation: OpenEnum<"read" | "write">;
    readonly action: OpenEnum<"ignore" | "report" | "stop">;
    readonly nospace?: boolean;
    readonly reason: string;
  };
  DEVICE_DELETED: UnplugData;
  DEVICE_UNPLUG_GUEST_ERROR: UnplugData;
  MIGRATION: { readonly status: string };
  RTC_CHANGE: { readonly offset: number };
}

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
  /** Gives the wait up when it aborts. */
  readonly signal?: AbortSignal;
}

type DeepPartial<Value> = Value extends object
  ? { readonly [Key in keyof Value]?: DeepPartial<Value[Key]> }
  : Value;
