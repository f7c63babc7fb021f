/** The board's own real-time clock, which a device of a spec can set. */
import { SpecError } from "../../evidence/index.ts";
import type { Device } from "./device.ts";

/** What the factory of the clock takes. */
export interface RtcOptions {
  /** In UTC: "2038-01-19T03:14:00Z", "2038-01-19", or a `Date`, of which only seconds count. */
  readonly startsAt: string | Date;
}

const model = "rtc";

/** The clock that the board has anyway: when it starts. A machine takes one, from the start. */
export function rtc({ startsAt }: RtcOptions): Device {
  return { model, startsAt: startsAt instanceof Date ? textOf(startsAt) : startsAt };
}

/** What a clock takes, for messages. */
export const momentTakes = 'a moment from 1970 on in UTC, such as "2038-01-19T03:14:00Z"';

/** Whether it is a moment that a clock can start at. */
export function isMoment(value: unknown): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(value))
    return false;
  // `Date` takes 30 February for a day in March.
  return textOf(new Date(value)).startsWith(value) && value >= "1970";
}

/**
 * When the clock of a machine starts, as `-rtc base=…` takes it (QEMU documentation, invocation).
 * @throws `SpecError` for a second clock.
 */
export function planRtc(devices: readonly Device[] | undefined): string | undefined {
  const clocks = [...(devices ?? []).entries()].filter(([, given]) => given.startsAt !== undefined);
  const [first, second] = clocks;
  if (second !== undefined) {
    const field = `devices[${second[0]}]`;
    throw new SpecError(field, `is a second clock beside devices[${first?.[0]}]; leave one out`);
  }
  return first?.[1].startsAt?.replace("Z", "");
}

function textOf(moment: Date): string {
  return Number.isNaN(moment.getTime()) ? "no date" : moment.toISOString().replace(/\.\d+Z$/, "Z");
}
