/** The life of a machine as an explicit state machine. */
import { StateError } from "../evidence/index.ts";

/**
 * `starting`: QEMU runs, the guest has not executed anything. `ended`: the guest will not run
 * again; QEMU may be kept for the autopsy. `disposed`: nothing is left of it.
 * `suspended`: the guest sleeps by its own wish, to RAM, and can be woken up.
 */
export type MachineState = "starting" | "running" | "paused" | "suspended" | "ended" | "disposed";

const next: Readonly<Record<MachineState, readonly MachineState[]>> = {
  starting: ["running", "paused", "ended", "disposed"],
  running: ["paused", "suspended", "ended", "disposed"],
  paused: ["running", "ended", "disposed"],
  suspended: ["running", "paused", "ended", "disposed"],
  ended: ["disposed"],
  disposed: [],
};

export class Lifecycle {
  #state: MachineState = "starting";
  #detail = "";
  readonly #onChange: (state: MachineState) => void;

  constructor(onChange: (state: MachineState) => void) {
    this.#onChange = onChange;
  }

  get state(): MachineState {
    return this.#state;
  }

  /** "ended (triple fault)". */
  get description(): string {
    return this.#detail === "" ? this.#state : `${this.#state} (${this.#detail})`;
  }

  /**
   * Goes to `state`. A repeated state, or one that comes too late (an event of a machine that
   * has ended meanwhile), changes nothing.
   * @returns whether the state is now `state` because of this call.
   */
  enter(state: MachineState, detail = ""): boolean {
    if (!next[this.#state].includes(state)) return false;
    this.#state = state;
    this.#detail = detail;
    this.#onChange(state);
    return true;
  }

  /** @throws `StateError` that names the state and those that `call` needs. */
  require(call: string, ...needed: readonly MachineState[]): void {
    if (!needed.includes(this.#state)) throw new StateError(call, this.description, needed);
  }
}
