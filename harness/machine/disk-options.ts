/** What a disk can be made to do: answer slowly, and fail on request. */
import { constants } from "node:os";
import { SpecError, toPlainData } from "../evidence/index.ts";

/** Most requests and bytes a second that a disk serves. */
export interface DiskLimits {
  readonly readBytesPerSecond?: number;
  readonly writeBytesPerSecond?: number;
  readonly bytesPerSecond?: number;
  readonly readsPerSecond?: number;
  readonly writesPerSecond?: number;
  readonly requestsPerSecond?: number;
}

/** A request that the disk fails, as a broken one would. */
export interface DiskError {
  readonly on: "read" | "write" | "flush";
  /** The sector of 512 bytes that the request has to touch; default: any. Not for flushes. */
  readonly sector?: number;
  /** Reads and writes that come before it, at most 100; default 0. Not for flushes. */
  readonly after?: number;
  /** Name of the error as the host has it; default `"EIO"`. */
  readonly errno?: "EIO" | "ENOSPC" | "EACCES" | "EPERM" | "ETIMEDOUT";
  /** Only the first such request fails; default `false`. */
  readonly once?: boolean;
}

/** QEMU's names of the limits (`ThrottleLimits` in its qapi/block-core.json). */
export const limitNames = {
  readBytesPerSecond: "bps-read",
  writeBytesPerSecond: "bps-write",
  bytesPerSecond: "bps-total",
  readsPerSecond: "iops-read",
  writesPerSecond: "iops-write",
  requestsPerSecond: "iops-total",
} as const satisfies Record<keyof DiskLimits, string>;

const sectorBytes = 512;

/** Requests that an error can wait for. `docs/limits.md`. */
export const mostAfter = 100;

const errorNames = ["EIO", "ENOSPC", "EACCES", "EPERM", "ETIMEDOUT"] as const;

/** The number of an error on this host. */
export function errorNumber(name: NonNullable<DiskError["errno"]>): number {
  return constants.errno[name];
}

/** @throws `SpecError` for limits that are none. */
export function checkLimits(limits: unknown, field: string): void {
  const entries = isObject(limits) ? Object.entries(limits) : [];
  const areAll = entries.every(
    ([name, value]) =>
      Object.hasOwn(limitNames, name) && isWhole(value, 1, Number.MAX_SAFE_INTEGER),
  );
  if (entries.length > 0 && areAll) return;
  const names = Object.keys(limitNames).join(", ");
  throw new SpecError(field, `takes an object of numbers from 1 on, with any of ${names}`);
}

/** @throws `SpecError` for an error at a sector that a disk of that size has not. */
export function checkErrorSectors(
  errors: readonly DiskError[] | undefined,
  sizeBytes: number,
  field: string,
): void {
  const count = Math.ceil(sizeBytes / sectorBytes);
  for (const [index, { sector = 0 }] of errors?.entries() ?? []) {
    if (sector < count) continue;
    const has = `the disk has ${count} sectors of ${sectorBytes} bytes`;
    throw new SpecError(`${field}[${index}].sector`, `got ${sector}, but ${has}, from 0 on`);
  }
}

/** @throws `SpecError` for errors that are none. */
export function checkErrors(errors: unknown, field: string): void {
  if (!Array.isArray(errors)) throw new SpecError(field, 'takes an array such as [{ on: "read" }]');
  for (const [index, error] of errors.entries()) checkError(error, `${field}[${index}]`);
}

function checkError(error: unknown, field: string): void {
  if (!isObject(error) || !["read", "write", "flush"].includes(error.on as string)) {
    const takes = 'takes { on: "read" | "write" | "flush", sector?, after?, … }';
    throw new SpecError(field, `got ${JSON.stringify(toPlainData(error))}, ${takes}`);
  }
  const { after, errno, on, once, sector, ...others } = error;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new SpecError(`${field}.${unknown}`, "is no field of an error");
  if (on === "flush" && (sector !== undefined || after !== undefined)) {
    throw new SpecError(field, "is a flush, which has no sector and no after; leave them out");
  }
  if (sector !== undefined && !isWhole(sector, 0, Number.MAX_SAFE_INTEGER)) {
    throw new SpecError(`${field}.sector`, `got ${sector}, takes a whole number from 0 on`);
  }
  if (after !== undefined && !isWhole(after, 0, mostAfter)) {
    throw new SpecError(`${field}.after`, `got ${after}, takes a whole number up to ${mostAfter}`);
  }
  if (errno !== undefined && !(errorNames as readonly unknown[]).includes(errno)) {
    throw new SpecError(`${field}.errno`, `takes one of ${errorNames.join(", ")}`);
  }
  if (once !== undefined && typeof once !== "boolean") {
    throw new SpecError(`${field}.once`, "takes true or false");
  }
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
