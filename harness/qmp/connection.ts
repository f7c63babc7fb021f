/** One stream to one QEMU: its state, from the greeting to the end, and what goes over it. */

import type { Duplex } from "node:stream";
import { QmpError, StateError, TimeoutError } from "../evidence/index.ts";
import { startDeadline } from "../wait/index.ts";

import { excerpt, firstLine } from "./excerpt.ts";
import { parseMessage, type QmpGreeting, type QmpMessage } from "./message.ts";
import { readLeftovers } from "./salvage.ts";
import { LineReader } from "./wire.ts";

/** Connecting: no greeting yet. Negotiating: capabilities are not agreed yet. */
export type QmpState = "connecting" | "negotiating" | "ready" | "closed";

/** Told of each line in either direction, without its line end, before it is acted upon. */
export type QmpLog = (direction: "sent" | "received", line: string) => void;

/** What the connection needs to know, and whom it tells. */
interface ConnectionSetup {
  readonly messageSizeBytes: number;
  readonly connectTimeoutMs: number;
  readonly log: QmpLog | undefined;
  readonly now: () => number;
  /** Agrees on capabilities; the connection is ready when this is fulfilled. */
  readonly negotiate: (greeting: QmpGreeting) => Promise<unknown>;
  /** Takes an event or an answer. What it throws breaks the connection. */
  readonly take: (message: Exclude<QmpMessage, { kind: "greeting" }>, sizeBytes: number) => void;
  /** Fails whatever is pending. Called once, after the state has become `closed`. */
  readonly abort: (reason: Error) => void;
}

/**
 * The state goes from `connecting` over `negotiating` and `ready` to `closed`, and never back. When
 * it becomes `closed` the stream is destroyed and nothing that arrives is looked at any more.
 */
export class Connection {
  readonly #stream: Duplex;
  readonly #setup: ConnectionSetup;
  readonly #reader: LineReader;
  readonly #ready = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<Error>();
  readonly #stopConnectClock: () => void;
  #log: QmpLog | undefined;
  #state: QmpState = "connecting";
  #greeting: QmpGreeting | undefined;
  #closeReason: Error | undefined;
  #orderlyEnd: Error | undefined;
  #lastReceivedMs: number;
  #lastReceived: string | undefined;

  /** Attaches to `stream`; nothing is read from it before the constructor's caller returns. */
  constructor(stream: Duplex, setup: ConnectionSetup) {
    const { connectTimeoutMs } = setup;
    this.#stream = stream;
    this.#setup = setup;
    this.#log = setup.log;
    this.#lastReceivedMs = setup.now();
    this.#reader = new LineReader(setup.messageSizeBytes);
    this.#stopConnectClock = startDeadline(connectTimeoutMs, () => {
      const phase = this.#state === "connecting" ? "the QMP greeting" : "QMP qmp_capabilities";
      const detail = `\n  ${this.describeSilence()}`;
      this.shut(new TimeoutError(phase, connectTimeoutMs, "connectTimeoutMs", detail));
    });
    // Whoever does not ask for `ready` learns of a failure from `closed` or from the next call.
    this.#ready.promise.catch(() => {});
    stream.on("data", (chunk: Buffer) => this.#receive(chunk));
    stream.on("end", () => this.#ended());
    // Stays for good: a stream may report an error after it was destroyed, and the reason why this
    // connection closed is known by then.
    stream.on("error", (error) => this.#ended(error));
    stream.on("close", () => this.#ended());
    if (stream.destroyed || stream.readableEnded) this.#ended();
  }

  get state(): QmpState {
    return this.#state;
  }

  /** Fulfilled when commands may be run; rejected with the reason if that never comes. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Fulfilled with the reason when the state becomes `closed`; never rejected. */
  get closed(): Promise<Error> {
    return this.#closed.promise;
  }

  /** @throws StateError before the greeting came. */
  get greeting(): QmpGreeting {
    if (this.#greeting !== undefined) return this.#greeting;
    throw this.stateError("QMP greeting", ["negotiating", "ready"]);
  }

  /** For a message: when QEMU last said something, and what; or what it has not finished. */
  describeSilence(): string {
    const { unfinished } = this.#reader;
    const silenceMs = Math.round(this.#setup.now() - this.#lastReceivedMs);
    if (unfinished !== "") {
      return `QEMU stopped in the middle of a message ${silenceMs} ms ago: ${excerpt(unfinished)}`;
    }
    if (this.#lastReceived === undefined) return "QEMU has said nothing";
    return `QEMU last said something ${silenceMs} ms ago: ${excerpt(this.#lastReceived)}`;
  }

  /**
   * Writes one line. A failure to write closes the connection, after QEMU's last words were
   * read.
   */
  send(line: string): void {
    this.#note("sent", line);
    this.#stream.write(`${line}\n`, (error) => {
      if (!error || this.#state === "closed") return;
      // The stream reports the error itself, after this.
      for (const chunk of readLeftovers(this.#stream)) this.#receive(chunk);
    });
  }

  /** The reason for which it is closed, if one side just ended it and the protocol was kept. */
  get orderlyEnd(): Error | undefined {
    return this.#orderlyEnd;
  }

  /** Ends the conversation for `reason`, unless it is closed already: nothing went wrong in it. */
  end(reason: Error): void {
    if (this.#state !== "closed") this.#orderlyEnd = reason;
    this.shut(reason);
  }

  /** Closes for `reason`, unless it is closed already. */
  shut(reason: Error): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#closeReason = reason;
    this.#stopConnectClock();
    this.#stream.destroy();
    this.#setup.abort(reason);
    this.#ready.reject(reason);
    this.#closed.resolve(reason);
  }

  /**
   * The error for a call that the present state does not allow; its cause says why it is
   * closed.
   */
  stateError(call: string, needed: readonly QmpState[]): StateError {
    return new StateError(call, this.#state, needed, { cause: this.#closeReason });
  }

  #receive(chunk: Buffer): void {
    this.#lastReceivedMs = this.#setup.now();
    try {
      for (const line of this.#reader.push(chunk)) {
        // A listener may have closed the connection; what follows concerns nobody then.
        if (this.#closeReason !== undefined) return;
        this.#note("received", line);
        this.#lastReceived = line;
        const message = parseMessage(line);
        if (message.kind === "greeting") this.#greet(message.greeting);
        else this.#setup.take(message, line.length);
      }
    } catch (error) {
      this.shut(error as Error);
    }
  }

  #greet(greeting: QmpGreeting): void {
    if (this.#state !== "connecting") {
      throw new QmpError("QEMU sent a second greeting", { received: greeting });
    }
    this.#greeting = greeting;
    this.#state = "negotiating";
    this.#setup.negotiate(greeting).then(
      () => this.#becomeReady(),
      (error: Error) => this.shut(error),
    );
  }

  #becomeReady(): void {
    if (this.#state === "closed") return;
    this.#state = "ready";
    this.#stopConnectClock();
    this.#ready.resolve();
  }

  #ended(cause?: Error): void {
    if (this.#state === "closed") return;
    try {
      this.#reader.end();
    } catch (error) {
      this.shut(error as Error);
      return;
    }
    const when = this.#state === "connecting" ? " before its greeting" : "";
    const message = `QEMU closed the QMP connection${when}`;
    this.end(new QmpError(message, {}, cause === undefined ? {} : { cause }));
  }

  /** A log that fails costs the log, and not the machine. */
  #note(direction: "sent" | "received", line: string): void {
    try {
      this.#log?.(direction, line);
    } catch (error) {
      this.#log = undefined;
      process.emitWarning(`the QMP log ends here, because writing it threw: ${firstLine(error)}`, {
        type: "QmpLogWarning",
      });
    }
  }
}
