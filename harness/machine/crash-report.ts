/**
 * The report of a guest that has panicked and goes on into its crash kernel, through `pvpanic`
 * (QEMU, docs/specs/pvpanic.rst: bit 1). The machine lives on, and yet the guest has died.
 */
import type { MachineExit } from "../evidence/index.ts";

const panic = {
  kind: "panic",
  message: "reported through a pvpanic device; the guest's crash kernel takes over",
  because: "QEMU said GUEST_CRASHLOADED",
} as const satisfies MachineExit;

export class CrashReport {
  #isSeen = false;
  #isExpected = false;

  /** An assertion expects the guest to report its death, now or before. */
  expect(): void {
    this.#isExpected = true;
  }

  /** The guest has reported it. @returns the panic that it is. */
  take(): typeof panic {
    this.#isSeen = true;
    return panic;
  }

  /** The report, expected or not. */
  get seen(): typeof panic | undefined {
    return this.#isSeen ? panic : undefined;
  }

  /** The report, if no assertion expects it. */
  get unexpected(): typeof panic | undefined {
    return this.#isSeen && !this.#isExpected ? panic : undefined;
  }
}
