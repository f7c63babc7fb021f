/** One serial port: what the guest prints on it, and what is typed to the guest. */
import { type SerialLimits, SerialOutput, type SerialOutputHooks } from "./serial-output.ts";

/** What the owner of the port hands in. */
export interface SerialPortHooks extends SerialOutputHooks {
  /** Sends bytes to the guest; resolves when they are under way. */
  readonly send: (bytes: Uint8Array) => Promise<void>;
}

const encoder = new TextEncoder();

/** A serial port of a running machine. Made by the machine, never by a test. */
export class SerialPort extends SerialOutput {
  readonly #send: SerialPortHooks["send"];

  constructor(name: string, hooks: SerialPortHooks, limits?: Partial<SerialLimits>) {
    super(name, hooks, limits);
    this.#send = hooks.send;
  }

  /** Sends text to the guest as UTF-8, all at once and as it is. */
  async write(text: string | Uint8Array): Promise<void> {
    await this.#send(typeof text === "string" ? encoder.encode(text) : text);
  }

  /** Sends a line as the Enter key ends it: with a carriage return, unless `lineEnd` differs. */
  async writeLine(text = "", options: { lineEnd?: string } = {}): Promise<void> {
    await this.write(text + (options.lineEnd ?? "\r"));
  }
}
