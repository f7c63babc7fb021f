/** The error classes. The first line of every message is enough to act on. */
import { printable, printableData } from "../text/index.ts";
import { withoutOwnFrames } from "./call-site.ts";
import { type DeadHalt, describeExit, type MachineExit } from "./exit.ts";
import { toPlainData } from "./plain-data.ts";

/** What was known of a port. */
export interface PortEvidence {
  readonly port: string;
  /** The last lines, newest last. */
  readonly lines: readonly string[];
  /** The line by which the guest said that it dies, with some below, where it lies above those. */
  readonly fatal?: FatalExcerpt;
  /** The rows of the port's terminal, from the top, where the test has used it. */
  readonly screen?: readonly string[];
}

/** Fatal output far above the last lines. */
export interface FatalExcerpt {
  readonly lines: readonly string[];
  /** Lines between these and the last ones; `undefined` where some are no longer in memory. */
  readonly leftOut: number | undefined;
}

/** What was known of a machine when an error was raised. */
export interface Evidence {
  /** Which machine that is, where a test has several: "machine 2 of the test". */
  readonly title?: string;
  /** What the machine was doing, in one line. */
  readonly machine: string;
  /** Where else than waited for the guest has spoken, or what is off by which it would. */
  readonly hints?: readonly string[];
  /** What each port printed last. */
  readonly serial: readonly PortEvidence[];
  /** The rows of the screen, where it was waited for, or no port has printed anything. */
  readonly screen?: readonly string[];
  /** How the machine ended, or `undefined` while it lives. */
  readonly exit?: MachineExit;
  /** Source lines at the place where the guest was. */
  readonly codeFrame?: string;
  /** Why there are no source lines, where the guest's place is known. */
  readonly placeNote?: string;
  /** One shell command that shows the same again, without the harness. */
  readonly reproduce: string;
  /** Directory with the logs of this machine. */
  readonly directory: string;
}

/** Root of every error that bringup raises on purpose. */
export class BringupError extends Error {
  // What an error may lack is only declared, here and below, so that none shows it empty.
  /** Set by the machine on the error's way out. */
  declare evidence?: Evidence;
  constructor(message: string, options?: ErrorOptions) {
    // Guests, symbols, files and QEMU have a say in messages; a terminal is where most of them end.
    super(printable(message), options);
    this.name = new.target.name;
    if (options?.cause === undefined) return;
    withoutOwnFrames(options.cause);
    makePrintable(options.cause);
  }

  /**
   * The fields that a test runner may print beside the message, the stack and the cause. What the
   * message has said in words already is left out.
   */
  toJSON(): object {
    const said = ["evidence", "exit", "finding"];
    const rest = Object.entries(this).filter(([name]) => !said.includes(name));
    return printableData(Object.fromEntries(rest)) as object;
  }
}

/** A foreign cause is shown below the error with its message, its stack and its fields. */
function makePrintable(cause: unknown): void {
  // Ours have made their own message so, and show their fields by `toJSON`.
  if (!(cause instanceof Error) || cause instanceof BringupError) return;
  for (const name of new Set(["message", "stack", ...Object.keys(cause)])) {
    const value: unknown = Reflect.get(cause, name);
    if (typeof value !== "string" || printable(value) === value) continue;
    // A frozen error stays as it is: a second error must not hide the first.
    Reflect.set(cause, name, printable(value));
  }
}

/** A `MachineSpec` or an image that cannot be right; raised before QEMU starts. */
export class SpecError extends BringupError {
  /** The field at fault, as written in the spec ("disks[0].bus"). */
  readonly field: string;
  constructor(field: string, message: string, options?: ErrorOptions) {
    super(`${field}: ${message}`, options);
    this.field = field;
  }
}

/** This computer lacks something: a QEMU, a tool, KVM, a permission. */
export class HostError extends BringupError {
  /** The command that mends it, where there is one. */
  declare readonly remedy?: string;
  constructor(message: string, options?: ErrorOptions & { remedy?: string | undefined }) {
    const remedy = options?.remedy;
    super(remedy === undefined ? message : `${message}\n  to mend it: ${remedy}`, options);
    if (remedy !== undefined) this.remedy = remedy;
  }
}

/** QEMU did not start, with its own words. Nothing of the machine is left behind. */
export class LaunchError extends BringupError {}

/**
 * QEMU refused a command, or broke the protocol. What was sent and received are copies as plain
 * data, because an error ends in reports: integers beyond 2^53 are strings of their digits.
 */
export class QmpError extends BringupError {
  /** The request as it was sent, if there was one. */
  readonly sent: unknown;
  /** The answer as it arrived, if there was one. */
  readonly received: unknown;
  /** QEMU's error class ("GenericError", "CommandNotFound"), if it gave one. */
  declare readonly errorClass?: string;
  constructor(
    message: string,
    details: { sent?: unknown; received?: unknown; errorClass?: string | undefined },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.sent = details.sent === undefined ? undefined : toPlainData(details.sent);
    this.received = details.received === undefined ? undefined : toPlainData(details.received);
    if (details.errorClass !== undefined) this.errorClass = details.errorClass;
  }
}

/** A call that the object's present state does not allow. Nothing was changed by it. */
export class StateError extends BringupError {
  readonly state: string;
  readonly needed: readonly string[];
  constructor(call: string, state: string, needed: readonly string[], options?: ErrorOptions) {
    super(`${call} needs the state ${needed.join(" or ")}, but this is ${state}`, options);
    this.state = state;
    this.needed = needed;
  }
}

/** A wait reached its limit. The machine goes on as it was. */
export class TimeoutError extends BringupError {
  /** What was being waited for ("serial0 to print /login: $/", "QMP query-status"). */
  readonly phase: string;
  readonly limitMs: number;
  constructor(
    phase: string,
    limitMs: number,
    limitName = "timeoutMs",
    detail = "",
    options?: ErrorOptions,
  ) {
    super(`timed out after ${limitMs} ms (${limitName}) waiting for ${phase}${detail}`, options);
    this.phase = phase;
    this.limitMs = limitMs;
  }
}

/** A look of a regular expression was ended at its limit: nothing is known of what it looks for. */
export class PatternError extends BringupError {
  /** The expression, as it is written. */
  readonly pattern: string;
  readonly limitMs: number;
  constructor(expression: RegExp, limitMs: number, characters: number, advice: string) {
    const pattern = `/${expression.source}/`;
    super(
      `the pattern ${pattern} took more than ${limitMs} ms, the limit of one look, for ` +
        `${characters} characters of output. ${advice} (docs/limits.md)`,
    );
    this.pattern = pattern;
    this.limitMs = limitMs;
  }
}

/** The guest died, or is provably dead, while something waited on it or relied on it. */
export class GuestError extends BringupError {
  /** How the machine ended; `undefined` where the finding is a dead halt. */
  declare readonly exit?: MachineExit;
  /** The dead halt, where that is what was found. */
  declare readonly finding?: DeadHalt;
  /** @param options `before` stands before the ending in the first line. */
  constructor(
    message: string,
    ending: MachineExit | DeadHalt,
    options: ErrorOptions & { readonly before?: string } = {},
  ) {
    const { before, ...rest } = options;
    const headline = [...(before === undefined ? [] : [before]), describeExit(ending)].join(": ");
    super(`${headline}\n  ${message}`, rest);
    if (ending.kind === "dead-halt") this.finding = ending;
    else this.exit = ending;
  }
}

/** An assertion on a machine did not hold. */
export class AssertionError extends BringupError {
  declare readonly actual?: unknown;
  declare readonly expected?: unknown;
  constructor(
    message: string,
    details: { actual?: unknown; expected?: unknown } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    if ("actual" in details) this.actual = details.actual;
    if ("expected" in details) this.expected = details.expected;
  }
}
