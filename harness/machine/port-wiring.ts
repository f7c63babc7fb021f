/** Joins a port of the guest: FIFO pair, log file and `SerialPort`. */
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { SpecError } from "../evidence/index.ts";
import type { FifoPair } from "../process/index.ts";
import { SerialPort, type SerialPortHooks } from "../serial/index.ts";
import type { PlannedPort } from "./command-line.ts";

/** Bytes of one port's log on disk; a guest that prints more is ended. `docs/limits.md`. */
export const logLimitBytes = 256 * 1024 * 1024;

/** A port with all that belongs to it. */
export interface WiredPort {
  readonly port: SerialPort;
  readonly kind: PlannedPort["kind"];
  readonly logFile: string;
  /** Takes what is still in the FIFO; QEMU has ended or stands still. */
  drain(): void;
  close(): void;
}

/** What a port is wired with. */
export interface PortSurroundings {
  /** Directory for the log. */
  readonly directory: string;
  readonly hooks: SerialPortHooks;
  /** Called once if the log takes no more, with the reason: the machine must not go on then. */
  readonly onLogFull: (reason: string) => void;
  /** Called with every piece of output, after it was logged. */
  readonly onOutput?: () => void;
  readonly limits?: PortLimits | undefined;
}

/** Limits of each port of a machine, where they are not the usual ones. */
export interface PortLimits {
  /** Bytes of the log on disk. Default: `logLimitBytes`. */
  readonly logBytes?: number;
  /** Characters of text, and bytes, in memory. */
  readonly keptCharacters?: number;
}

/** Joins them: from now on what the guest prints is logged, and then given to the port. */
export function wirePort(
  planned: PlannedPort,
  fifo: FifoPair,
  { directory, hooks, limits = {}, onLogFull, onOutput }: PortSurroundings,
): WiredPort {
  const { logBytes: limitBytes = logLimitBytes, ...kept } = limits;
  const logFile = join(directory, `${planned.name}.log`);
  const log = openSync(logFile, "w", 0o600);
  const port = new SerialPort(planned.name, { ...hooks, encoding: planned.encoding }, kept);
  let loggedBytes = 0;
  let isFull = false;
  const fill = (reason: string) => {
    isFull = true;
    onLogFull(reason);
  };
  fifo.onData((bytes) => {
    // Written before anybody judges it: evidence comes first.
    try {
      if (!isFull) loggedBytes += writeSync(log, bytes.subarray(0, limitBytes - loggedBytes));
    } catch (error) {
      fill(`the log of ${planned.name}, which cannot be written: ${(error as Error).message}`);
    }
    if (!isFull && loggedBytes >= limitBytes) {
      fill(`the limit of ${limitBytes / 1024 ** 2} MiB for the log of ${planned.name}`);
    }
    onOutput?.();
    port.receive(bytes);
  });
  return {
    port,
    kind: planned.kind,
    logFile,
    drain: () => fifo.drain(),
    close() {
      try {
        fifo.close();
      } finally {
        closeSync(log);
      }
    },
  };
}

/** @throws `SpecError` that names all ports. */
export function portNamed(ports: readonly WiredPort[], name: string): SerialPort {
  const found = ports.find(({ port }) => port.name === name);
  if (found !== undefined) return found.port;
  const names = ports.map(({ port }) => `"${port.name}"`).join(", ");
  throw new SpecError("serialPorts", `has no port "${name}"; this machine has ${names}`);
}
