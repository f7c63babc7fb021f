/** From a guest's exit status to its verdict, by the convention of its project. Pure. */
import { type ExitOutcome, exitOutcomeNames, SpecError } from "../evidence/index.ts";
import type { ExitDevice } from "./exit-device.ts";

/** Which statuses mean what; a status that is in none of the lists is a failure. */
export type StatusLists = { readonly [Outcome in ExitOutcome]?: readonly number[] };

/** A convention by name, or lists of one's own. */
export type ExitOutcomes = "kvm-unit-tests" | StatusLists;

/**
 * Conventions that have a name. kvm-unit-tests (lib/report.c): 0 is a pass, 1 a failure, and
 * `77 >> 1` a skip, so that QEMU ends with 77, by which automake knows a skipped test.
 */
const conventions: Readonly<Record<"kvm-unit-tests", StatusLists>> = {
  "kvm-unit-tests": { pass: [0], fail: [1], skip: [77 >> 1] },
};

/** An exit code has eight bits. */
const mostStatus = 255;
/** `isa-debug-exit` moves what the guest writes by one bit, and sets the lowest. */
const mostDebugStatus = 127;

/** For messages. */
export const exitOutcomesTakes =
  '"kvm-unit-tests", or { pass?, fail?, skip? } with lists of different whole numbers from 0 to ' +
  "255, and at least one of them";

/** Whether a spec may say this, on whatever board. */
export function areExitOutcomes(value: unknown): value is ExitOutcomes {
  if (typeof value === "string") return Object.hasOwn(conventions, value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const isName = (name: string) => (exitOutcomeNames as readonly string[]).includes(name);
  if (!Object.keys(value).every(isName)) return false;
  const lists = Object.values(value).filter((list) => list !== undefined);
  if (!lists.every(Array.isArray)) return false;
  const statuses = lists.flat();
  const isStatus = (one: unknown) => Number.isInteger(one) && Number(one) >= 0;
  const areStatuses = statuses.every((one) => isStatus(one) && Number(one) <= mostStatus);
  return areStatuses && statuses.length > 0 && new Set(statuses).size === statuses.length;
}

/**
 * @throws `SpecError` for a status that this device never gives, or that is a power-off, and for a
 *   machine without an exit device.
 */
export function checkOutcomes(
  outcomes: ExitOutcomes | undefined,
  device: ExitDevice | undefined,
): void {
  if (outcomes === undefined) return;
  if (device === undefined) {
    const advice = "say in exitDevice which one, or leave exitOutcomes out";
    throw new SpecError(
      "exitOutcomes",
      `needs an exit device, and this machine has none; ${advice}`,
    );
  }
  const lists = listsOf(outcomes);
  for (const name of exitOutcomeNames) {
    for (const status of lists[name] ?? []) checkStatus(name, status, device);
  }
}

function checkStatus(name: ExitOutcome, status: number, device: ExitDevice): void {
  const field = `exitOutcomes.${name}`;
  if (device === "isa-debug-exit" && status > mostDebugStatus) {
    const low = `the low seven bits of what the guest writes: ${status} arrives as ${status & 0x7f}`;
    throw new SpecError(
      field,
      `got ${status}, but QEMU passes on only ${low}${asExitCode(status)}`,
    );
  }
  if (device !== "isa-debug-exit" && status === 0 && name !== "pass") {
    const what = device === "finisher" ? "the finisher" : "semihosting";
    const advice = "which reads as a power-off: it can only mean a pass";
    throw new SpecError(field, `got 0, the success of ${what}, ${advice}`);
  }
}

/** People know QEMU's exit code, which is odd, better than what the guest writes. */
function asExitCode(status: number): string {
  if (status % 2 === 0) return "";
  return `; if ${status} is the exit code of QEMU, the status is ${status >> 1}`;
}

/** What a status means, and why where that needs a word. */
export function judgeStatus(
  status: number,
  outcomes: ExitOutcomes,
  device?: ExitDevice,
): { readonly outcome: ExitOutcome; readonly why?: string } {
  const lists = listsOf(outcomes);
  const outcome = exitOutcomeNames.find((name) => lists[name]?.includes(status));
  if (outcome !== undefined) return { outcome };
  const why = "no list of exitOutcomes has this status, so it is a failure";
  const exitCode = (status << 1) | 1;
  const meant = exitOutcomeNames.find((name) => lists[name]?.includes(exitCode));
  if (device !== "isa-debug-exit" || meant === undefined) return { outcome: "fail", why };
  const advice = `${exitCode} in exitOutcomes.${meant} is QEMU's exit code for it: write ${status}`;
  return { outcome: "fail", why: `${why}; ${advice}` };
}

function listsOf(outcomes: ExitOutcomes): StatusLists {
  return typeof outcomes === "string" ? conventions[outcomes] : outcomes;
}
