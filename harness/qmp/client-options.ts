/** How a client is made. */
import type { QmpLog } from "./connection.ts";
import type { QmpListenerErrorHandler } from "./events.ts";
import type { QmpLimits } from "./limits.ts";

/** How a connection behaves. */
export interface QmpClientOptions {
  /** Limit in milliseconds from the construction until the client is ready; default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Limit of commands and waits that name none, in milliseconds; default 10,000. */
  readonly timeoutMs?: number;
  /** The program that is QEMU here: its schema is then asked for once in this process. */
  readonly program?: string;
  /** Whether commands that this QEMU lacks are refused before they are sent; default true. */
  readonly checksCommands?: boolean;
  /** What is kept at most; each default is in `DEFAULT_QMP_LIMITS`. */
  readonly limits?: Partial<QmpLimits>;
  /** Told of each line in either direction; if it throws, a warning is given and the log ends. */
  readonly log?: QmpLog;
  /** Told of what an event listener threw; the default is a warning of the process. */
  readonly onListenerError?: QmpListenerErrorHandler;
  /** A clock in milliseconds that never goes back. */
  readonly now?: () => number;
}
