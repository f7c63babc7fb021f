/**
 * How a machine ended, from everything that was seen of it together: QMP events, run state, exit
 * status, stderr, the CPU log and the serial ports. Pure.
 */
import type { FaultCause, GuestLocation, MachineExit } from "../evidence/index.ts";
import type { ChildEnd } from "../process/index.ts";
import type { ExitDevice } from "./exit-device.ts";
import { type ExitOutcomes, judgeStatus } from "./exit-outcomes.ts";
import { firstErrorLine, saysLockup } from "./qemu-words.ts";

/** What was seen. */
export interface EndFacts {
  /** `reason` of the SHUTDOWN event, if one came. */
  readonly shutdownReason: string | undefined;
  /** QEMU's run state when the guest stopped for good. */
  readonly runState: string | undefined;
  /** What GUEST_PANICKED or GUEST_CRASHLOADED said, if one came. */
  readonly guestPanic: string | undefined;
  /** How the QEMU process ended; `undefined` while it lives. */
  readonly child: ChildEnd | undefined;
  /** Who asked the harness to end the machine, if somebody did. */
  readonly killedBy: string | undefined;
  /** QEMU's own words. */
  readonly stderr: string;
  /** Whether QEMU's CPU log names a triple fault (TCG only). */
  readonly loggedTripleFault: boolean;
  /** What the CPUs did last, where only that tells a triple fault from a reset. */
  readonly lastAct: "fault" | "out" | undefined;
  /** The exception that the CPU could not deliver, where that is proved. */
  readonly fault: FaultCause | undefined;
  /** Whether it was firmware that reset a PC, on behalf of the guest; it faults on purpose. */
  readonly isByFirmware: boolean;
  readonly accelerator: string;
  readonly exitDevice: ExitDevice | undefined;
  /** What the guest's statuses mean, where the spec says so. */
  readonly exitOutcomes: ExitOutcomes | undefined;
  /** What the watchdog's action was, if it ran out. */
  readonly watchdogAction: string | undefined;
  /** The line by which the guest reported its own death, if it did. */
  readonly fatalLine: string | undefined;
  readonly at: GuestLocation | undefined;
}

/** Never throws: what cannot be told apart is said in `because`. */
export function classifyExit(facts: EndFacts): MachineExit {
  const exit = judgeOutcome(classifyCause(facts), facts);
  if (facts.fatalLine === undefined || !hidesPanic(exit)) return exit;
  // A QEMU that makes a shutdown of the write lets the guest run on for a moment.
  const isUnsure = exit.kind === "debug-exit" && facts.shutdownReason !== undefined;
  const because = isUnsure
    ? `the guest printed fatal output, before or just after: ${exit.because}; ` +
      "this QEMU lets a guest run on behind the exit, so let it loop there"
    : `the guest printed fatal output, then: ${exit.because}`;
  return { kind: "panic", message: facts.fatalLine, because, ...place(facts) };
}

/** Whether the guest could have ended like this after a success, or would have otherwise. */
function hidesPanic(exit: MachineExit): boolean {
  if (exit.kind === "debug-exit") return exit.outcome !== "fail";
  return ["power-off", "reset", "triple-fault", "watchdog"].includes(exit.kind);
}

function judgeOutcome(exit: MachineExit, facts: EndFacts): MachineExit {
  const { exitDevice, exitOutcomes } = facts;
  if (exit.kind !== "debug-exit" || exitOutcomes === undefined) return exit;
  const { outcome, why } = judgeStatus(exit.status, exitOutcomes, exitDevice);
  return {
    ...exit,
    outcome,
    because: why === undefined ? exit.because : `${exit.because}; ${why}`,
  };
}

function classifyCause(facts: EndFacts): MachineExit {
  const watchdog = classifyWatchdog(facts);
  if (watchdog !== undefined) return watchdog;
  if (facts.guestPanic !== undefined || facts.runState === "guest-panicked") {
    const message = facts.guestPanic ?? "reported through a pvpanic device";
    return { kind: "panic", message, because: "QEMU said GUEST_PANICKED", ...place(facts) };
  }
  switch (facts.shutdownReason) {
    case "guest-shutdown":
      return classifyShutdown(facts);
    case "guest-reset":
    case "subsystem-reset":
      return classifyReset(facts);
    case "guest-panic":
      return classifyReportedPanic(facts);
    case "host-signal":
      return killed("a signal to QEMU, not from the harness", "SHUTDOWN host-signal", facts);
    case "host-qmp-quit":
      return killed(facts.killedBy ?? "quit over QMP", "SHUTDOWN host-qmp-quit", facts);
    case "host-qmp-system-reset":
      return killed("system_reset over QMP (use vm.reset())", "SHUTDOWN by the host", facts);
    case "host-error":
      return internalError(facts, "SHUTDOWN host-error");
  }
  if (facts.runState === "internal-error") {
    return internalError(facts, "QEMU's run state is internal-error");
  }
  if (facts.runState === "io-error") return internalError(facts, "a disk reported an I/O error");
  return classifyProcessEnd(facts);
}

/** What QEMU does when a watchdog runs out (system/watchdog.c): the guest had no part in it. */
function classifyWatchdog(facts: EndFacts): MachineExit | undefined {
  const { child, killedBy, runState, shutdownReason, watchdogAction: action } = facts;
  const hasQuit = child?.exitCode === 0 && killedBy === undefined;
  const isSeen =
    runState === "watchdog" ||
    (action === "reset" && shutdownReason === "guest-reset") ||
    (action === "poweroff" && (hasQuit || shutdownReason === "guest-shutdown"));
  if (!isSeen) return undefined;
  const because = `QEMU said WATCHDOG, with the action ${action ?? "pause"}`;
  return { kind: "watchdog", action: action ?? "pause", because, ...place(facts) };
}

/** Newer QEMU ends by debug-exit with a SHUTDOWN event, and the status in its exit code. */
function classifyShutdown(facts: EndFacts): MachineExit {
  const status = statusOf(facts.child?.exitCode ?? 0, facts.exitDevice);
  if (status === undefined) {
    const isAsked = facts.watchdogAction === "shutdown";
    const why = isAsked ? ", after the watchdog had pressed the power button" : "";
    return { kind: "power-off", because: `SHUTDOWN guest-shutdown${why}`, ...place(facts) };
  }
  const because = `SHUTDOWN guest-shutdown, and QEMU's exit code is ${facts.child?.exitCode}`;
  return { kind: "debug-exit", status, because, ...place(facts) };
}

/** Newer QEMU calls it a panic, too, when the finisher is told of a failure. */
function classifyReportedPanic(facts: EndFacts): MachineExit {
  const code = facts.child?.exitCode ?? 0;
  const status = facts.exitDevice === "finisher" ? statusOf(code, "finisher") : undefined;
  if (status !== undefined) {
    const because = `SHUTDOWN guest-panic by the finisher, and QEMU's exit code is ${code}`;
    return { kind: "debug-exit", status, because, ...place(facts) };
  }
  const message = "reported to QEMU";
  return { kind: "panic", message, because: "SHUTDOWN guest-panic", ...place(facts) };
}

function classifyReset(facts: EndFacts): MachineExit {
  if (facts.isByFirmware) {
    return { kind: "reset", because: "SHUTDOWN guest-reset by the PC's firmware", ...place(facts) };
  }
  if (facts.loggedTripleFault) {
    const because = "SHUTDOWN guest-reset, and QEMU's CPU log says triple fault";
    return { kind: "triple-fault", because, ...fault(facts), ...place(facts) };
  }
  if (facts.accelerator === "tcg") {
    return { kind: "reset", because: "SHUTDOWN guest-reset", ...place(facts) };
  }
  // A hardware accelerator reports both alike; what the CPU was doing tells them apart.
  if (facts.lastAct === "fault") {
    const because = "SHUTDOWN guest-reset, and the CPU was delivering a fault";
    return { kind: "triple-fault", because, ...fault(facts), ...place(facts) };
  }
  const because =
    facts.lastAct === "out"
      ? "SHUTDOWN guest-reset by an out instruction"
      : `SHUTDOWN guest-reset; under ${facts.accelerator} a reset through memory and a triple ` +
        "fault may look alike: accelerator tcg tells them apart";
  return { kind: "reset", because, ...place(facts) };
}

function internalError(facts: EndFacts, because: string): MachineExit {
  const message = firstErrorLine(facts.stderr) ?? `${facts.accelerator} gave no reason`;
  return { kind: "internal-error", message, because, ...place(facts) };
}

function classifyProcessEnd(facts: EndFacts): MachineExit {
  const { child, killedBy } = facts;
  if (killedBy !== undefined) return killed(killedBy, "the harness ended QEMU", facts);
  if (child?.signal !== undefined) return classifySignal(child.signal, facts);
  const code = child?.exitCode;
  const words = firstErrorLine(facts.stderr);
  const because = `QEMU ended without an event, with exit code ${code ?? "unknown"}`;
  const status = code === undefined ? undefined : statusOf(code, facts.exitDevice);
  if (status !== undefined) {
    return { kind: "debug-exit", status, because: because + complaint(facts), ...place(facts) };
  }
  if (code === 0 && isOwnCode(facts.exitDevice)) return { kind: "power-off", because };
  const message = words ?? `it ended with exit code ${code ?? "unknown"} and no word of why`;
  return code === undefined
    ? { kind: "qemu-crash", message, because }
    : { kind: "qemu-crash", exitCode: code, message, because };
}

/**
 * QEMU's exit code 1 is also that of its own failures. But it fails by that code only until it
 * speaks QMP, and this watch begins after that; later it aborts, or stops the guest. What it has
 * printed proves nothing: it complains about much that it survives (`virtio: zero sized buffers
 * are not allowed`), and by semihosting the guest writes to the same place.
 */
function complaint({ child, exitDevice, stderr }: EndFacts): string {
  const words = exitDevice === "isa-debug-exit" && child?.exitCode === 1 && firstErrorLine(stderr);
  return words ? `; QEMU had complained: ${words}` : "";
}

function classifySignal(signal: NodeJS.Signals, facts: EndFacts): MachineExit {
  const because = `QEMU was ended by ${signal}`;
  const fromOutside = ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"].includes(signal);
  if (fromOutside) return killed(`${signal}, not from the harness`, because, facts);
  const words = firstErrorLine(facts.stderr);
  const isShared = facts.exitDevice === "semihosting" && words !== undefined;
  const message = isShared
    ? `${because}; standard error, where the guest writes too, has: ${words}`
    : (words ?? because);
  if (saysLockup(facts.stderr)) return { kind: "lockup", because: message, ...place(facts) };
  return { kind: "qemu-crash", signal, message, because };
}

/** What the guest wrote, as far as QEMU's exit code tells; `undefined` if no device made it. */
function statusOf(code: number, device: ExitDevice | undefined): number | undefined {
  if (device === "isa-debug-exit") return code % 2 === 1 ? (code & 0xff) >> 1 : undefined;
  return isOwnCode(device) && code !== 0 ? code : undefined;
}

/** Whether QEMU's exit code is the guest's own, and 0 a power-off. */
function isOwnCode(device: ExitDevice | undefined): boolean {
  return device === "finisher" || device === "semihosting";
}

function killed(by: string, because: string, facts: EndFacts): MachineExit {
  return { kind: "killed", by, because, ...place(facts) };
}

function fault(facts: EndFacts): { fault?: FaultCause } {
  return facts.fault === undefined ? {} : { fault: facts.fault };
}

function place(facts: EndFacts): { at?: GuestLocation } {
  return facts.at === undefined ? {} : { at: facts.at };
}
