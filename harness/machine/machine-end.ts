/** The end of a machine, whoever wants it: QEMU goes, and nothing but the evidence stays. */
import { HostError } from "../evidence/index.ts";
import { withLimit } from "../process/index.ts";
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
   * @throws `TimeoutError` if QEMU cannot be killed; `HostError` if evidence could not be written.
   */
  dispose(): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    this.#watch.sampler.stop();
    const { chronicle } = this.#watch;
    try {
      await this.endQemu("dispose");
    } finally {
      this.#parts.qmp.close();
      for (const wired of this.#watch.ports) wired.close();
      this.#watch.lifecycle.enter("disposed");
      chronicle.write(this.#watch.ports);
      await this.#parts.remove();
    }
    if (chronicle.writeError === undefined) return;
    const why = chronicle.writeError.message;
    throw new HostError(`the evidence of ${chronicle.facts.name} could not be written: ${why}`, {
      cause: chronicle.writeError,
    });
  }
}
