/**
 * What guests report of their death without a word on a port. First: what QEMU's event says of it.
 *
 * Second, the report of a guest that has panicked and goes on into its crash kernel, through
 * `pvpanic` (QEMU, docs/specs/pvpanic.rst: bit 1). The machine lives on, yet the guest has died.
 */
import type { MachineExit } from "../evidence/index.ts";

const panic = {
  kind: "panic",
  message: "reported through a pvpanic device; the guest's crash kernel takes over",
  because: "QEMU said GUEST_CRASHLOADED",
} as const satisfies MachineExit;

/**
 * What GUEST_PANICKED says, in words: a report through `pvpanic` has nothing further, one by
 * Hyper-V's registers five numbers, and s390x the state of a CPU that has stopped for good
 * (`GuestPanicInformation` in QEMU's qapi/run-state.json).
 */
export function panicMessage(info: unknown): string {
  if (typeof info !== "object" || info === null) return "reported through a pvpanic device";
  const field = (name: string) => (info as Record<string, unknown>)[name];
  const number = (name: string) => `0x${BigInt((field(name) ?? 0) as number).toString(16)}`;
  switch (field("type")) {
    case "hyper-v": {
      const numbers = [1, 2, 3, 4, 5].map((index) => number(`arg${index}`));
      return `reported to Hyper-V: ${numbers.join(", ")}`;
    }
    case "s390": {
      const why = `${field("reason")}, PSW address ${number("psw-addr")}`;
      return `CPU ${field("core")} has stopped: ${why}`;
    }
    default:
      return `reported to QEMU (${field("type")})`;
  }
}

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
