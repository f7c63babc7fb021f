/** How a machine ended, and where in the guest: plain data that survives JSON. */

import { printableLine } from "../text/index.ts";
import type { ExitOutcome } from "./exit-outcome.ts";

/** A place in the guest's code. Addresses are lower-case hexadecimal strings ("0x10002c"). */
export interface GuestLocation {
  /** Index of the CPU, as QEMU counts them. */
  readonly cpu: number;
  /** Instruction pointer (linear address where the architecture has segments). */
  readonly instructionPointer: string;
  /** Function name from the kernel's symbols. */
  readonly symbol?: string;
  /** Source file as the debug information names it. */
  readonly file?: string;
  /** Line in `file`, counted from 1. */
  readonly line?: number;
  /** A few source lines around `line`, where the file could be read. */
  readonly codeFrame?: string;
  /** Why there is no `file` and `line`, and what would mend that. */
  readonly note?: string;
}

/** The exception that an x86 CPU could not deliver, as far as its registers and memory prove it. */
export interface FaultCause {
  /** "#PF", "#UD", or what asked for an interrupt: "int 0x80". */
  readonly exception: string;
  /** What the instruction did to memory, where that is why. */
  readonly access?: "reading" | "writing" | "executing" | "accessing";
  /** The address of that: linear, in lower-case hexadecimal. */
  readonly address?: string;
  /** Why it was not delivered: "no handler". */
  readonly because: string;
}

interface EndedAt {
  /** Where the guest was, if its registers could still be read. */
  readonly at?: GuestLocation;
  /** What the classification rests on, in words, for the report. */
  readonly because: string;
}

/**
 * How the machine ended. A time-out is not an exit: it is a `TimeoutError`, and the guest may
 * still be running.
 */
export type MachineExit =
  /**
   * The guest ended QEMU through its exit device. `status` is what it wrote: the low seven bits of
   * that on x86, eight elsewhere. `outcome` is what that means, where the spec has `exitOutcomes`.
   */
  | (EndedAt & {
      readonly kind: "debug-exit";
      readonly status: number;
      readonly outcome?: ExitOutcome;
    })
  /** The guest switched the machine off. */
  | (EndedAt & { readonly kind: "power-off" })
  /** The guest reset the machine (and `onReset` is `"stop"`). */
  | (EndedAt & { readonly kind: "reset" })
  /** The guest resets for ever and prints the same each time (`onReset: "continue"`). */
  | (EndedAt & { readonly kind: "reset-loop"; readonly resets: number })
  /** A fault while delivering a double fault (x86): the CPU gave up. */
  | (EndedAt & { readonly kind: "triple-fault"; readonly fault?: FaultCause })
  /** A fault while handling a HardFault (Cortex-M): the CPU gave up. */
  | (EndedAt & { readonly kind: "lockup" })
  /** The guest reported its own death, on serial or through `pvpanic`. */
  | (EndedAt & { readonly kind: "panic"; readonly message: string })
  /**
   * An EFI application has returned to the firmware that started it. `status` is the name of what
   * it returned ("EFI_SUCCESS", "EFI_NOT_FOUND"), the number of an error that has no name
   * ("0x8000000000000063"), or "a warning".
   */
  | (EndedAt & { readonly kind: "efi-return"; readonly status: string })
  /** A watchdog ran out, and its action ended the machine: "reset", "pause" or "poweroff". */
  | (EndedAt & { readonly kind: "watchdog"; readonly action: string })
  /** QEMU or KVM could not go on executing the guest. */
  | (EndedAt & { readonly kind: "internal-error"; readonly message: string })
  /** QEMU itself died: by a signal, or with an error of its own. */
  | (EndedAt & {
      readonly kind: "qemu-crash";
      readonly signal?: string;
      readonly exitCode?: number;
      readonly message: string;
    })
  /** Ended from outside: `kill()`, the end of the test, or a signal from somebody else. */
  | (EndedAt & { readonly kind: "killed"; readonly by: string });

/** The names that `MachineExit.kind` can take. */
export type MachineExitKind = MachineExit["kind"];

/**
 * Every CPU that was started is halted with interrupts off, or jumps in place with them off, so
 * that nothing can get the guest going again. A finding, not an exit: the machine stays usable.
 */
export interface DeadHalt {
  readonly kind: "dead-halt";
  /** Whether a CPU jumps in place, instead of being halted. */
  readonly spins?: boolean;
  readonly at?: GuestLocation;
  readonly because: string;
}

/**
 * `true` for endings that no guest chooses in good order, and for those by which it says that it
 * has failed: they fail a test unless it expects them.
 */
export function isDeath(exit: MachineExit): boolean {
  switch (exit.kind) {
    case "debug-exit":
      return exit.outcome === "fail";
    case "power-off":
      return false;
    case "efi-return":
      return exit.status !== "EFI_SUCCESS";
    case "killed":
      return exit.by !== "kill()" && exit.by !== "dispose";
    default:
      return true;
  }
}

/** Whether the guest has ended the machine, well or not: then it ran, and QEMU has not failed. */
export function isGuestsOwn({ kind }: MachineExit): boolean {
  return !["internal-error", "killed", "qemu-crash"].includes(kind);
}

/** In one line: "triple fault at paging.c:41 in map (0x10002c): #PF writing 0x0, no handler". */
export function describeExit(exit: MachineExit | DeadHalt): string {
  const where = exit.at === undefined ? "" : ` at ${describeLocation(exit.at)}`;
  const hasCause = exit.kind === "triple-fault" && exit.fault !== undefined;
  const cause = hasCause ? `: ${describeFault(exit.fault)}` : "";
  return `${describeKind(exit)}${where}${cause}`;
}

const outcomeWords = { none: "", pass: ", a pass", fail: ", a failure", skip: ", a skip" } as const;

/** Words of QEMU or of the guest may come as several lines. */
function oneLine(words: string): string {
  return words.trim().replaceAll(/\s*[\r\n]+\s*/g, "; ");
}

/** "paging.c:41 in map_kernel (0x10002c)", "0x10002c in map_kernel", or just the address. */
export function describeLocation(at: GuestLocation): string {
  const inside = at.symbol === undefined ? "" : ` in ${printableLine(at.symbol)}`;
  if (at.file !== undefined && at.line !== undefined) {
    return `${printableLine(at.file)}:${at.line}${inside} (${at.instructionPointer})`;
  }
  return `${at.instructionPointer}${inside}`;
}

/** "#PF writing 0xdeadbeef, no handler". */
function describeFault({ access, address, because, exception }: FaultCause): string {
  const place = access === undefined || address === undefined ? "" : ` ${access} ${address}`;
  return `${exception}${place}, ${because}`;
}

function describeKind(exit: MachineExit | DeadHalt): string {
  switch (exit.kind) {
    case "debug-exit":
      return `debug-exit with status ${exit.status}${outcomeWords[exit.outcome ?? "none"]}`;
    case "power-off":
      return "power-off";
    case "reset":
      return "reset";
    case "reset-loop":
      return `reset loop (${exit.resets} resets, each with the same output)`;
    case "triple-fault":
      return "triple fault";
    case "lockup":
      return "lockup: a fault while handling a HardFault";
    case "panic":
      return `panic: ${oneLine(exit.message)}`;
    case "efi-return":
      return `the EFI application returned ${printableLine(exit.status)} to the firmware`;
    case "watchdog":
      return `the watchdog ran out (its action: ${exit.action})`;
    case "internal-error":
      return `internal error of the virtual machine: ${oneLine(exit.message)}`;
    case "qemu-crash":
      return `QEMU itself died: ${oneLine(exit.message)}`;
    case "killed":
      // It ran as long as anybody needed it: nothing has gone wrong.
      return exit.by === "dispose" ? "ended with the test" : `killed by ${exit.by}`;
    case "dead-halt":
      return exit.spins === true
        ? "dead halt: every started CPU jumps in place, or is halted, with interrupts off"
        : "dead halt: every started CPU is halted with interrupts off";
  }
}
