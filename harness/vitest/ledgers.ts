/** To which machine, and to which test's account, a thing belongs that `expect` was given. */
import type { Machine } from "../machine/index.ts";
import type { MatcherLedger } from "./matcher-ledger.ts";

const owners = new WeakMap<object, { machine: Machine; ledger: MatcherLedger }>();
const ledgersOfTests = new WeakMap<object, MatcherLedger>();

/** A machine, and everything of it that matchers take, belongs to one test's ledger. */
export function enterIntoLedger(machine: Machine, ledger: MatcherLedger): void {
  const { debugConsole, qmp, screen, semihosting, serialPorts } = machine;
  const ports = [...serialPorts, debugConsole, semihosting].filter((port) => port !== undefined);
  const parts = [machine, qmp, screen, ...ports, ...ports.map(({ terminal }) => terminal)];
  for (const part of parts) owners.set(part, { machine, ledger });
}

/** Opens the account of a test, as vitest knows it, for machines that the test did not boot. */
export function openLedger(test: object, ledger: MatcherLedger): void {
  ledgersOfTests.set(test, ledger);
}

/**
 * The ledger for a matcher on `actual`, called in `test`. The machine's comes first: where tests
 * run at the same time, vitest may not know in which of them it was called.
 */
export function ledgerOf(actual: unknown, test: unknown): MatcherLedger | undefined {
  const owned = isObject(actual) ? owners.get(actual)?.ledger : undefined;
  return owned ?? (isObject(test) ? ledgersOfTests.get(test) : undefined);
}

/** The machine that `actual` is a part of, if a test has booted it. */
export function machineOf(actual: unknown): Machine | undefined {
  return isObject(actual) ? owners.get(actual)?.machine : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
