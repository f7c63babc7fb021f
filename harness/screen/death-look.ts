/** Whether what stands on a text screen says that the guest is dead. */
import { fatalLineOf } from "../serial/index.ts";
import type { ScreenSight } from "./display.ts";

export class DeathLook {
  readonly #failOn: readonly (string | RegExp)[];
  readonly #onFatal: (line: string) => void;
  #isTooSlow = false;

  /** @param onFatal called with each row that says so. */
  constructor(failOn: readonly (string | RegExp)[], onFatal: (line: string) => void) {
    this.#failOn = failOn;
    this.#onFatal = onFatal;
  }

  /** Whether a look had to be ended, and the next one would have to be. */
  get isTooSlow(): boolean {
    return this.#isTooSlow;
  }

  /** Tells of the first fatal row of a sight. @throws `PatternError`. */
  judge({ text }: ScreenSight): void {
    this.#isTooSlow = true;
    const line = text && fatalLineOf(text.rows, this.#failOn);
    this.#isTooSlow = false;
    if (line !== undefined) this.#onFatal(line);
  }
}
