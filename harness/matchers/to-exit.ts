import {
  exitOutcomeNames,
  type MachineExit,
  type MachineExitKind,
  SpecError,
} from "../evidence/index.ts";
import type { EndOptions, Machine } from "../machine/index.ts";
import {
  judgeWait,
  type MatcherCall,
  type MatcherResult,
  type NegatedOptions,
  show,
} from "./outcome.ts";

type Fields<Exit> = Exit extends MachineExit
  ? {
      readonly [Key in Exclude<keyof Exit, "at" | "because">]?: Exit[Key] extends string
        ? Key extends "kind"
          ? Exit[Key]
          : Exit[Key] | RegExp
        : Exit[Key];
    }
  : never;

/** What is expected of an exit: any of its fields; a message may be given as an expression. */
export type ExpectedExit = Fields<MachineExit>;

/** Which kinds there are, and which fields they have besides. */
const kinds: Readonly<Record<MachineExitKind, readonly string[]>> = {
  "debug-exit": ["status", "outcome"],
  "power-off": [],
  reset: [],
  "reset-loop": ["resets"],
  "triple-fault": [],
  lockup: [],
  panic: ["message"],
  "efi-return": ["status"],
  watchdog: ["action"],
  "internal-error": ["message"],
  "qemu-crash": ["signal", "exitCode", "message"],
  killed: ["by"],
};

/** Fields of which every value is known. */
const knownValues: Readonly<Record<string, readonly string[]>> = {
  kind: Object.keys(kinds),
  outcome: exitOutcomeNames,
};

/**
 * The machine ends as `expected` says (any end where it says nothing), within the limit.
 * Satisfied, that end is expected: it fails the test no more.
 * @throws `SpecError` for an end that there cannot be: under `.not` it would hold.
 */
export async function toExit(
  call: MatcherCall,
  machine: Machine,
  expected: ExpectedExit = {},
  options: EndOptions & Partial<NegatedOptions> = {},
): Promise<MatcherResult> {
  checkExpected(expected);
  const what = Object.keys(expected).length === 0 ? "to end" : `to end as ${show(expected)}`;
  return await judgeWait(call, { subject: "the machine", verb: what }, options, (limit) =>
    machine.verdict.waitForEnd(what, (exit) => isAsExpected(exit, expected), limit),
  );
}

function checkExpected(expected: object): void {
  if (typeof expected !== "object") {
    const takes = 'takes an object such as { kind: "power-off" }';
    throw new SpecError("expected", `got ${JSON.stringify(expected)}, ${takes}`);
  }
  const fields = [...new Set(["kind", "because", ...Object.values(kinds).flat()])];
  for (const [name, value] of Object.entries(expected)) {
    if (!fields.includes(name)) {
      throw new SpecError(name, `is no field of an exit; the fields are ${fields.join(", ")}`);
    }
    const known = knownValues[name];
    if (known === undefined || value === undefined || known.includes(value)) continue;
    throw new SpecError(name, `got ${JSON.stringify(value)}, takes one of ${known.join(", ")}`);
  }
}

function isAsExpected(exit: MachineExit, expected: ExpectedExit): boolean {
  const actual: Record<string, unknown> = { ...exit };
  return Object.entries(expected).every(([name, value]) => {
    if (value === undefined) return true;
    return value instanceof RegExp
      ? String(actual[name] ?? "").search(value) !== -1
      : actual[name] === value;
  });
}
