/**
 * FIFO pairs for serial ports. A socket would count every byte of a guest that does not poll its
 * UART as one message and overrun after a few hundred; a FIFO holds 64 KiB (pipe(7)).
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { Socket } from "node:net";
import { HostError, StateError } from "../evidence/index.ts";

/** The harness's ends of one `-chardev pipe`: QEMU writes `PATH.out` and reads `PATH.in`. */
export interface FifoPair {
  /**
   * Calls `listener` with what the guest prints, as it comes. Call once. The bytes are the
   * listener's until it returns: the next ones take their place.
   */
  onData(listener: (bytes: Uint8Array) => void): void;
  /**
   * Queues input. Resolves when the FIFO has taken all of it; rejects with `StateError` when that
   * will not come, because the pair is drained or closed.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Stops and resumes reading: while paused, QEMU's writes meet a full FIFO. */
  setPaused(paused: boolean): void;
  /**
   * Gives the listener what is still on its way, paused or not: a FIFO reports no end. Call when
   * the guest will not run any more: nobody takes input from then on.
   */
  drain(): void;
  /** What was not read is lost. Safe to call twice. */
  close(): void;
}

type FifoState = "open" | "drained" | "closed";

/** A FIFO's capacity (pipe(7)), so that a drain needs one read. */
const capacityBytes = 65_536;
/** Bytes that are read at once: texts of this length stay in caches, and leave little garbage. */
const readBytes = 32_768;

/**
 * Opens both ends before QEMU does. Opening for reading and writing never blocks, and the reader
 * stays open while nobody writes. An open pair does not keep this process from ending.
 * @param path as given to `makeFifos`.
 * @throws `HostError` if either is no FIFO that can be opened. Nothing is open then.
 */
export function openFifoPair(path: string): FifoPair {
  const output = openFifo(`${path}.out`);
  let input: number;
  try {
    input = openFifo(`${path}.in`);
  } catch (error) {
    closeSync(output);
    throw error;
  }
  return new OpenFifoPair(path, output, input);
}

function openFifo(path: string): number {
  const flags = constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, flags);
    if (fstatSync(descriptor).isFIFO()) return descriptor;
    throw new Error("it is no FIFO");
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    const { message } = error as Error;
    throw new HostError(`cannot open the FIFO ${path}: ${message}`, { cause: error });
  }
}

class OpenFifoPair implements FifoPair {
  readonly #path: string;
  readonly #output: number;
  /** Nothing is read before somebody listens. */
  #reader: Socket | undefined;
  readonly #writer: Socket;
  readonly #pendingWrites = new Set<(reason: Error) => void>();
  #listen: ((bytes: Uint8Array) => void) | undefined;
  #state: FifoState = "open";

  constructor(path: string, output: number, input: number) {
    this.#path = path;
    this.#output = output;
    this.#writer = new Socket({ fd: input, readable: false, writable: true });
    // Writes report an error themselves.
    this.#writer.on("error", () => {}).unref();
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    if (this.#listen !== undefined) throw this.#stateError("onData()", "without a listener");
    this.#listen = listener;
    if (this.#state !== "open") return;
    this.#reader = new Socket({
      fd: this.#output,
      readable: true,
      writable: false,
      // One buffer for all reads: a guest that floods its port makes no garbage.
      onread: {
        buffer: Buffer.allocUnsafeSlow(readBytes),
        callback: (length, buffer) => {
          listener(buffer.subarray(0, length));
          return true;
        },
      },
    });
    // Reading a FIFO of our own cannot fail.
    this.#reader.on("error", () => {}).unref();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#state !== "open") throw this.#stateError("write()", "open");
    const { promise, reject, resolve } = Promise.withResolvers<void>();
    this.#pendingWrites.add(reject);
    this.#writer.write(bytes, (error) => {
      this.#pendingWrites.delete(reject);
      if (error) reject(error);
      else resolve();
    });
    await promise;
  }

  setPaused(paused: boolean): void {
    if (paused) this.#reader?.pause();
    else this.#reader?.resume();
  }

  drain(): void {
    if (this.#state === "closed") return;
    this.#state = "drained";
    this.#failWrites();
    // Ends: the writer stands still, and a FIFO holds `capacityBytes`.
    const buffer = Buffer.allocUnsafeSlow(capacityBytes);
    for (;;) {
      let length = 0;
      try {
        length = readSync(this.#output, buffer);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EAGAIN") return;
        throw error;
      }
      if (length === 0) return;
      this.#listen?.(buffer.subarray(0, length));
    }
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#failWrites();
    if (this.#reader === undefined) closeSync(this.#output);
    else this.#reader.destroy();
    this.#writer.destroy();
  }

  /** The stream itself would call a write that is under way successful when it is destroyed. */
  #failWrites(): void {
    for (const reject of this.#pendingWrites) reject(this.#stateError("write()", "open"));
    this.#pendingWrites.clear();
  }

  #stateError(call: string, needed: string): StateError {
    const state = this.#state === "open" ? "with a listener" : this.#state;
    return new StateError(`${call} on the FIFOs ${this.#path}`, state, [needed]);
  }
}
