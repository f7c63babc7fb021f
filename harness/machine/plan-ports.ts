/** The ports of a machine: those of the board, and those that devices bring. */
import { SpecError } from "../evidence/index.ts";
import type { ChosenBoard } from "./choose-board.ts";
import { consoleName, type PlannedPort } from "./command-line.ts";
import { areDistinct } from "./port-names.ts";
import type { MachineSpec } from "./spec.ts";

/**
 * Every port of a machine, in the order of the board, then of the devices.
 * @throws `SpecError` for two of one name.
 */
export function planPorts(spec: MachineSpec, board: ChosenBoard): PlannedPort[] {
  const { facts } = board;
  const usual = facts.console === "first" ? ["serial0"] : [consoleName, "other"];
  const names = spec.serialPorts ?? usual;
  const ports: PlannedPort[] = names.map((name) => ({ name, kind: "serial" }));
  if (spec.debugConsole === true) ports.push({ name: "debug-console", kind: "debug-console" });
  const hasSemihosting = board.exit?.device === "semihosting";
  if (hasSemihosting) ports.push({ name: "semihosting", kind: "semihosting" });
  for (const [index, { port }] of (spec.devices ?? []).entries()) {
    if (port === undefined) continue;
    ports.push({ name: port, kind: "device" });
    if (areDistinct(ports.map(({ name }) => name))) continue;
    throw new SpecError(`devices[${index}].port`, `"${port}" is taken; take another`);
  }
  return ports;
}
