/** The limits of a QMP connection. Every one that is reached is reported, never silent. */

/** What a client keeps at most. Each field has a default in `DEFAULT_QMP_LIMITS`. */
export interface QmpLimits {
  /** Longest message in either direction, in bytes of JSON without the line end. */
  readonly messageSizeBytes: number;
  /** Commands that have no answer yet, sent or queued, timed out or not. */
  readonly pendingCommands: number;
  /** JSON of the commands that have no answer yet, in bytes. */
  readonly pendingSizeBytes: number;
  /** In-band commands on the wire at once; the others queue in the client. */
  readonly inFlightCommands: number;
  /** `waitForEvent` calls that are pending at once. */
  readonly pendingWaits: number;
  /** Events kept in the history; the oldest go first, and are counted. */
  readonly events: number;
  /** JSON of the events kept in the history, in bytes. */
  readonly eventsSizeBytes: number;
}

/**
 * The message limit is QEMU's own for one token of a request (`MAX_TOKEN_SIZE` in QEMU's
 * qobject/json-streamer.c); the largest answer of everyday use, `query-qmp-schema`, has 0.2 MB.
 * Seven in-band commands is one less than the length of QEMU's request queue
 * (`QMP_REQ_QUEUE_LEN_MAX` in monitor/qmp.c): when the eighth is queued QEMU stops reading until it
 * takes one out, and an out-of-band command would be stuck behind the ones it is there to overtake.
 */
export const DEFAULT_QMP_LIMITS: QmpLimits = {
  messageSizeBytes: 64 * 1024 * 1024,
  pendingCommands: 1_000,
  pendingSizeBytes: 64 * 1024 * 1024,
  inFlightCommands: 7,
  pendingWaits: 1_000,
  events: 10_000,
  eventsSizeBytes: 64 * 1024 * 1024,
};

/** How long a command, a wait or the connection may take where nothing else is said. */
export const DEFAULT_TIMEOUT_MS = 10_000;

/** Schemas of QEMUs that a process remembers; of more programs than these the oldest goes. */
export const KEPT_SCHEMAS = 8;
