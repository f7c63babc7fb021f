/** The commands that have no answer yet: ids, order, limits, time-outs. */
import { QmpError, TimeoutError } from "../evidence/index.ts";
import { startDeadline } from "../wait/index.ts";
import type { Intent, Verdict } from "./availability.ts";
import { cancellation, describeHang, refusal, sentLine } from "./call-errors.ts";
import type { QmpExecuteOptions } from "./commands.ts";
import { excerpt, firstLine } from "./excerpt.ts";
import type { QmpLimits } from "./limits.ts";
import type { QmpMessage } from "./message.ts";
import { encodeRequest } from "./wire.ts";

type Answer = Extract<QmpMessage, { kind: "result" | "refusal" }>;

interface Call extends Intent {
  readonly id: number;
  readonly request: object;
  readonly line: string;
  readonly sizeBytes: number;
  /** Abandoned: on the wire, but nobody waits for the answer any more. */
  state: "queued" | "sent" | "abandoned";
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Stops the clock and lets go of the caller's signal. */
  release: () => void;
}

/** What the table needs from the connection. */
interface CallTransport {
  readonly send: (line: string) => void;
  /** Whether a command may be sent now. */
  readonly judge: (intent: Intent) => Verdict;
  /** When QEMU last said something, and what. */
  readonly describeSilence: () => string;
}

/** How a command is run, with what the table itself asks for. */
interface CallOptions extends QmpExecuteOptions {
  readonly timeoutMs: number;
  /** Goes before the commands that wait for their turn. */
  readonly isFirst?: boolean;
}

/**
 * Gives each command an id, keeps the in-band ones in order and no more of them on the wire than
 * the limit, and settles each exactly once: by its answer, its time limit, its signal, or the end.
 */
export class CallTable {
  readonly #limits: QmpLimits;
  readonly #transport: CallTransport;
  /** By id, in the order of the calls: answered ones are gone. */
  readonly #calls = new Map<number, Call>();
  /** The in-band ones that are not sent yet, and the out-of-band ones. */
  #queue: Call[] = [];
  #urgent: Call[] = [];
  #inFlight = 0;
  #sizeBytes = 0;
  #lastId = 0;

  constructor(limits: QmpLimits, transport: CallTransport) {
    this.#limits = limits;
    this.#transport = transport;
  }

  /**
   * Sends a command, or queues it behind the ones on the wire.
   *
   * @returns What QEMU answers.
   * @throws QmpError if QEMU refuses it or lacks it, the connection ends, the signal aborts, a
   * limit is reached, or the arguments are not JSON; TimeoutError at its limit.
   */
  add(command: string, args: object | undefined, options: CallOptions): Promise<unknown> {
    const outOfBand = options.outOfBand ?? false;
    const id = this.#lastId + 1;
    const request = {
      [outOfBand ? "exec-oob" : "execute"]: command,
      ...(args === undefined ? {} : { arguments: args }),
      id,
    };
    const line = this.#encode(command, request);
    const sizeBytes = Buffer.byteLength(line);
    const cancelled = options.signal?.aborted
      ? cancellation(command, request, options.signal)
      : null;
    if (cancelled !== null) throw cancelled;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const release = () => {};
    const call: Call = {
      id,
      command,
      args,
      request,
      line,
      sizeBytes,
      outOfBand,
      state: "queued",
      resolve,
      reject,
      release,
    };
    this.#limit(call, options);
    this.#lastId = id;
    this.#calls.set(id, call);
    this.#sizeBytes += sizeBytes;
    const queue = this.#queueOf(call);
    if (options.isFirst) queue.unshift(call);
    else queue.push(call);
    this.sendQueued();
    return promise;
  }

  /** Sends what may be sent now, in order. For whoever made commands wait, and lets them go. */
  sendQueued(): void {
    for (const call of [...this.#urgent]) this.#pass(call);
    while (this.#inFlight < this.#limits.inFlightCommands) {
      const [call] = this.#queue;
      if (call === undefined || !this.#pass(call)) return;
    }
  }

  /**
   * Settles the command that this answers. An answer without an id means that QEMU could not read
   * a request far enough to find it; since QEMU answers those in order, it is the oldest one's.
   *
   * @throws QmpError if nobody asked for this answer.
   */
  settle(answer: Answer): void {
    const call = this.#find(answer.id);
    if (call === undefined || call.state === "queued") {
      const id =
        answer.id === undefined ? "no id" : `the unknown id ${excerpt(encodeRequest(answer.id))}`;
      const text = answer.kind === "refusal" ? `: ${answer.description}` : "";
      throw new QmpError(`QEMU sent an answer with ${id}${text}`, { received: answer });
    }
    this.#remove(call);
    // Of an abandoned call, this settles a promise that is settled already, and changes nothing.
    if (answer.kind === "result") call.resolve(answer.result);
    else call.reject(refusal(call, answer));
    this.sendQueued();
  }

  /** Fails every pending command because of `reason`. Nothing is pending afterwards. */
  failAll(reason: Error): void {
    const calls = [...this.#calls.values()];
    this.#queue = [];
    this.#urgent = [];
    for (const call of calls) this.#remove(call);
    for (const call of calls) {
      const message = `QMP ${call.command}: unanswered: ${firstLine(reason)}${sentLine(call.line)}`;
      const received = reason instanceof QmpError ? reason.received : undefined;
      call.reject(new QmpError(message, { sent: call.request, received }, { cause: reason }));
    }
  }

  #encode(command: string, request: object): string {
    let line: string;
    try {
      line = encodeRequest(request);
    } catch (error) {
      const message = `QMP ${command}: its arguments cannot be written as JSON: ${firstLine(error)}`;
      throw new QmpError(message, { sent: request }, { cause: error });
    }
    const refuse = (what: string, limit: keyof QmpLimits) => {
      const message = `QMP ${command}: not sent: ${what} ${this.#limits[limit]} (the limit ${limit})`;
      throw new QmpError(message, { sent: request });
    };
    const sizeBytes = Buffer.byteLength(line);
    if (sizeBytes > this.#limits.messageSizeBytes) {
      refuse("as JSON it has more bytes than", "messageSizeBytes");
    }
    if (this.#sizeBytes + sizeBytes > this.#limits.pendingSizeBytes) {
      refuse("with it, the bytes of unanswered commands would exceed", "pendingSizeBytes");
    }
    if (this.#calls.size >= this.#limits.pendingCommands) {
      refuse("the commands without an answer are already", "pendingCommands");
    }
    return line;
  }

  #limit(call: Call, options: CallOptions): void {
    const { timeoutMs, signal } = options;
    const stopClock = startDeadline(timeoutMs, () => {
      const detail = describeHang(call, this.#inFlight, this.#transport.describeSilence());
      this.#abandon(call, new TimeoutError(`QMP ${call.command}`, timeoutMs, "timeoutMs", detail));
    });
    const abort = () => {
      if (signal !== undefined)
        this.#abandon(call, cancellation(call.command, call.request, signal));
    };
    signal?.addEventListener("abort", abort, { once: true });
    call.release = () => {
      stopClock();
      signal?.removeEventListener("abort", abort);
    };
  }

  /** A command on the wire keeps its place until its answer comes; a queued one is never sent. */
  #abandon(call: Call, error: Error): void {
    if (call.state === "queued") {
      this.#unqueue(call);
      this.#remove(call);
    } else {
      call.state = "abandoned";
      call.release();
    }
    call.reject(error);
  }

  #remove(call: Call): void {
    call.release();
    this.#calls.delete(call.id);
    this.#sizeBytes -= call.sizeBytes;
    if (call.state !== "queued" && !call.outOfBand) this.#inFlight -= 1;
  }

  #queueOf(call: Call): Call[] {
    return call.outOfBand ? this.#urgent : this.#queue;
  }

  #unqueue(call: Call): void {
    const queue = this.#queueOf(call);
    const index = queue.indexOf(call);
    if (index >= 0) queue.splice(index, 1);
  }

  /** Sends a queued command, or fails it. @returns `false` if it has to wait. */
  #pass(call: Call): boolean {
    const verdict = this.#transport.judge(call);
    // To judge it, another command may have been sent, and this one with it.
    if (verdict === "wait" || call.state !== "queued") return verdict !== "wait";
    this.#unqueue(call);
    if (verdict === "send") {
      if (!call.outOfBand) this.#inFlight += 1;
      this.#send(call);
    } else {
      this.#remove(call);
      call.reject(verdict);
    }
    return true;
  }

  #send(call: Call): void {
    call.state = "sent";
    this.#transport.send(call.line);
  }

  #find(id: unknown): Call | undefined {
    if (typeof id === "number") return this.#calls.get(id);
    return id === undefined ? this.#calls.values().next().value : undefined;
  }
}
