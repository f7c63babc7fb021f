/**
 * Types of the QMP commands that the harness itself uses, by hand from what `query-qmp-schema` of
 * QEMU 7.2 says. Commands that are not listed can be called all the same; their result is
 * `unknown`. Integers beyond 2^53 arrive as `bigint`, whatever the type says here.
 */

/** One of the known values, or one that a newer QEMU has added. */
export type OpenEnum<Known extends string> = Known | (string & Record<never, never>);

/** For commands that take nothing, or answer nothing. */
export type QmpNothing = Record<string, never>;

/** What the machine is doing, as QEMU names it ("RunState"). */
export type QmpRunState = OpenEnum<
  | "debug"
  | "inmigrate"
  | "internal-error"
  | "io-error"
  | "paused"
  | "postmigrate"
  | "prelaunch"
  | "finish-migrate"
  | "restore-vm"
  | "running"
  | "save-vm"
  | "shutdown"
  | "suspended"
  | "watchdog"
  | "guest-panicked"
  | "colo"
>;

/** One CPU, as `query-cpus-fast` lists it. */
export type QmpCpu = {
  readonly "cpu-index": number;
  readonly "qom-path": string;
  readonly "thread-id": number;
  readonly target: OpenEnum<"aarch64" | "arm" | "i386" | "riscv32" | "riscv64" | "x86_64">;
  readonly props?: {
    readonly "node-id"?: number;
    readonly "socket-id"?: number;
    readonly "die-id"?: number;
    readonly "cluster-id"?: number;
    readonly "core-id"?: number;
    readonly "thread-id"?: number;
  };
};

/** One drive, as `query-block` lists it; `inserted` is missing where the drive is empty. */
export type QmpBlockDevice = {
  readonly device: string;
  readonly qdev?: string;
  readonly type: string;
  readonly removable: boolean;
  readonly locked: boolean;
  readonly tray_open?: boolean;
  readonly "io-status"?: OpenEnum<"ok" | "failed" | "nospace">;
  readonly inserted?: {
    readonly file: string;
    readonly "node-name"?: string;
    readonly ro: boolean;
    readonly drv: string;
    readonly backing_file?: string;
    readonly image: {
      readonly filename: string;
      readonly format: string;
      readonly "virtual-size": number;
      readonly "actual-size"?: number;
    };
  };
};

type Empty = { readonly arguments: QmpNothing; readonly result: QmpNothing };

/** Command name → what it takes and what it answers. Add to it by declaration merging. */
export interface QmpCommands {
  qmp_capabilities: { arguments: { enable?: readonly "oob"[] }; result: QmpNothing };
  "query-status": {
    arguments: QmpNothing;
    result: { readonly running: boolean; readonly status: QmpRunState };
  };
  cont: Empty;
  stop: Empty;
  quit: Empty;
  system_reset: Empty;
  system_powerdown: Empty;
  "inject-nmi": Empty;
  "human-monitor-command": {
    arguments: { "command-line": string; "cpu-index"?: number };
    result: string;
  };
  "query-version": {
    arguments: QmpNothing;
    result: {
      readonly qemu: { readonly major: number; readonly minor: number; readonly micro: number };
      readonly package: string;
    };
  };
  "query-qmp-schema": {
    arguments: QmpNothing;
    result: readonly { readonly name: string; readonly "meta-type": string }[];
  };
  "set-action": {
    arguments: {
      reboot?: "reset" | "shutdown";
      shutdown?: "poweroff" | "pause";
      panic?: "pause" | "shutdown" | "exit-failure" | "none";
      watchdog?: "reset" | "shutdown" | "poweroff" | "pause" | "debug" | "none" | "inject-nmi";
    };
    result: QmpNothing;
  };
  "query-cpus-fast": { arguments: QmpNothing; result: readonly QmpCpu[] };
  "query-memory-size-summary": {
    arguments: QmpNothing;
    /** In bytes. */
    result: { readonly "base-memory": number; readonly "plugged-memory"?: number };
  };
  "query-block": { arguments: QmpNothing; result: readonly QmpBlockDevice[] };
  screendump: {
    arguments: { filename: string; device?: string; head?: number; format?: "ppm" | "png" };
    result: QmpNothing;
  };
  device_add: {
    /** Each device takes properties of its own beside these. */
    arguments: { driver: string; bus?: string; id?: string } & Record<string, unknown>;
    result: QmpNothing;
  };
  device_del: { arguments: { id: string }; result: QmpNothing };
}

/** A command by name; any string is allowed, the listed ones are typed. */
export type QmpCommandName = OpenEnum<keyof QmpCommands>;

/** What a command takes. */
export type QmpArguments<Name extends string> = Name extends keyof QmpCommands
  ? QmpCommands[Name]["arguments"]
  : object;

/** What a command answers. */
export type QmpResult<Name extends string> = Name extends keyof QmpCommands
  ? QmpCommands[Name]["result"]
  : unknown;

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
