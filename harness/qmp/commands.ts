/** How commands are typed: by the tables in `generated/`, and open for what is newer than those. */
import type { QmpCommands } from "./generated/commands.ts";
import type { QueryStatusStatus } from "./generated/enums.ts";
import type { QueryBlockResult, QueryCpusFastResult } from "./generated/results.ts";
import type { OpenEnum } from "./shapes.ts";

export type { QmpCommands };

/** What the machine is doing, as QEMU names it ("RunState"). */
export type QmpRunState = OpenEnum<QueryStatusStatus>;

/** One CPU, as `query-cpus-fast` lists it. */
export type QmpCpu = QueryCpusFastResult;

/** One drive, as `query-block` lists it; `inserted` is missing where the drive is empty. */
export type QmpBlockDevice = QueryBlockResult;

/**
 * Commands that a newer QEMU has changed, as they are now: what is declared here, by declaration
 * merging, counts instead of what `QmpCommands` says.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there for others to add to.
export interface QmpNewerCommands {}

/** A command by name; any string is allowed, the known ones are typed. */
export type QmpCommandName = OpenEnum<keyof QmpCommands | keyof QmpNewerCommands>;

type CommandTypes<Name extends string> = Name extends keyof QmpNewerCommands
  ? QmpNewerCommands[Name]
  : Name extends keyof QmpCommands
    ? QmpCommands[Name]
    : { readonly arguments: object; readonly result: unknown };

/** What a command takes. */
export type QmpArguments<Name extends string> =
  CommandTypes<Name> extends { readonly arguments: infer Arguments } ? Arguments : object;

/** What a command answers. Integers beyond 2^53 arrive as `bigint`, whatever the type says. */
export type QmpResult<Name extends string> =
  CommandTypes<Name> extends { readonly result: infer Result } ? Result : unknown;

/** How one command is run. */
export interface QmpExecuteOptions {
  /**
   * Limit in milliseconds, from the call to the answer; `Infinity` for none. A command that timed
   * out after it was sent may still be carried out; its late answer is logged and otherwise
   * ignored.
   */
  readonly timeoutMs?: number;
  /** Gives the command up when it aborts; what was sent already may still be carried out. */
  readonly signal?: AbortSignal;
  /**
   * Overtakes the commands before it. QEMU takes only some commands so, those with `allow-oob` in
   * `query-qmp-schema`.
   */
  readonly outOfBand?: boolean;
}

/**
 * The parameters of `execute` after the command: the arguments may be left out where all may
 * be.
 */
export type QmpExecuteRest<Name extends string> =
  Record<never, never> extends QmpArguments<Name>
    ? [args?: QmpArguments<Name> | undefined, options?: QmpExecuteOptions]
    : [args: QmpArguments<Name>, options?: QmpExecuteOptions];
