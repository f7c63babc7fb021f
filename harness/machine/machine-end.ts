/** The end of a machine, whoever wants it: QEMU goes, and nothing but the evidence stays. */

import { HostError } from "../evidence/index.ts";
import { CleanupStack } from "../process/index.ts";
import { withLimit } from "../wait/index.ts";
import type { GuestWatch } from "./guest-watch.ts";
import type { MachineParts } from "./machine-parts.ts";

/** Milliseconds that QEMU may take to end after SIGKILL. */
const killMs = 5_000;

export class MachineEnd {
  readonly #parts: MachineParts;
  readonly #watch: GuestWatch;
  #disposed: Promise<void> | undefined;

  constructor(parts: MachineParts, watch: GuestWatch) {
    this.#parts = parts;
    this.#watch = watch;
  }

  /** Ends QEMU on behalf of `by`. @throws `TimeoutError` if it cannot be killed. */
  async endQemu(by: string): Promise<void> {
    this.#watch.endWatch.kill(by);
    await withLimit(this.#parts.child.ended, killMs, "QEMU to end after SIGKILL");
    await this.#watch.endWatch.settled();
  }

  /**
   * Ends QEMU and removes everything but the evidence. Safe to call twice.
   * @throws `TimeoutError` if QEMU cannot be killed; `HostError` if evidence could not be written;
   *   an `AggregateError` of several. What fails keeps nothing else from being closed and removed.
   */
  dispose(): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  /** Every step is taken, whatever becomes of the others. */
  async #dispose(): Promise<void> {
    const { lifecycle, ports, sampler } = this.#watch;
    sampler.stop();
    const steps = new CleanupStack();
    // The newest comes first.
    steps.defer("the machine's private directory", () => this.#parts.remove());
    steps.defer("the machine's evidence", () => this.#writeEvidence());
    steps.defer("the machine's state", () => void lifecycle.enter("disposed"));
    for (const wired of ports) steps.defer(`the port ${wired.port.name}`, () => wired.close());
    steps.defer("QMP", () => this.#parts.qmp.close());
    steps.defer("QEMU", () => this.endQemu("dispose"));
    await steps.dispose(Number.POSITIVE_INFINITY);
  }

  #writeEvidence(): void {
    const { chronicle, ports } = this.#watch;
    chronicle.write(ports);
    if (chronicle.writeError === undefined) return;
    const why = chronicle.writeError.message;
    throw new HostError(`the evidence of ${chronicle.facts.name} could not be written: ${why}`, {
      cause: chronicle.writeError,
    });
  }
}
