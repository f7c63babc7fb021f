/** How far a boot has come, for the error that says what took its time. */
import { StateError } from "../evidence/index.ts";
import { endingWith } from "../process/index.ts";

/** One boot. */
export class BootProgress {
  readonly #abandoned = new AbortController();
  #phase = "the files of the spec to be looked at";

  /** What is waited for now: "QEMU to start". */
  get phase(): string {
    return this.#phase;
  }

  /** @throws `StateError` once the boot was given up: what comes now would be for nobody. */
  enter(phase: string): void {
    if (this.#abandoned.signal.aborted) {
      throw new StateError(`waiting for ${phase}`, "given up", ["booting"]);
    }
    this.#phase = phase;
  }

  /** Does `act`, whose programs end when the boot is given up. */
  during<Result>(act: () => Promise<Result>): Promise<Result> {
    return endingWith(this.#abandoned.signal, act);
  }

  /** Nobody waits for the boot any more. Safe to call twice, and after its end. */
  giveUp(): void {
    this.#abandoned.abort();
  }
}
