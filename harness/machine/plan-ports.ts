/** The ports of a machine: those of the board, and those that devices bring. */
import { SpecError } from "../evidence/index.ts";
import type { QemuBinary } from "../host/index.ts";
import type { FurtherPorts } from "./board.ts";
import type { ChosenBoard } from "./choose-board.ts";
import { consoleName, type PlannedPort } from "./command-line.ts";
import { areDistinct } from "./port-names.ts";
import { encodingOf, hasDebugConsole, portNames } from "./port-specs.ts";
import type { MachineSpec } from "./spec.ts";

/**
 * Every port of a machine, in the order of the board, then of the devices.
 * @throws `SpecError` for two of one name, and for more than this QEMU gives the board.
 */
export function planPorts(
  spec: MachineSpec,
  board: ChosenBoard,
  qemu: Pick<QemuBinary, "version">,
): PlannedPort[] {
  const { facts } = board;
  checkNumber(spec.serialPorts?.length ?? 0, board, qemu);
  const usual = facts.console === "first" ? ["serial0"] : [consoleName, "other"];
  const choices = spec.serialPorts ?? usual;
  const ports: PlannedPort[] = portNames(choices).map((name, index) => {
    return { name, kind: "serial", ...encodingOf(choices[index]) };
  });
  const { debugConsole, exitDevice } = spec;
  if (hasDebugConsole(spec)) {
    ports.push({ name: "debug-console", kind: "debug-console", ...encodingOf(debugConsole) });
  }
  const hasSemihosting = board.exit?.device === "semihosting";
  if (hasSemihosting) {
    ports.push({ name: "semihosting", kind: "semihosting", ...encodingOf(exitDevice) });
  }
  for (const [index, device] of (spec.devices ?? []).entries()) {
    const { port } = device;
    if (port === undefined) continue;
    ports.push({ name: port, kind: "device", ...encodingOf(device) });
    if (areDistinct(ports.map(({ name }) => name))) continue;
    throw new SpecError(`devices[${index}].port`, `"${port}" is taken; take another`);
  }
  return ports;
}

/** How many serial ports a board has as it is started. */
export function serialPortsOf(
  { facts, machine }: Pick<ChosenBoard, "facts" | "machine">,
  qemu: Pick<QemuBinary, "version">,
): number {
  const options = machine.split(",").slice(1);
  const further = facts.furtherPorts.filter(
    ({ option, since }) =>
      (option === undefined || options.some((word) => isOn(word, option))) &&
      (since === undefined || isAtLeast(qemu.version, since)),
  );
  return Math.max(facts.serialPorts, ...further.map(({ ports }) => ports));
}

/** @throws `SpecError` for more ports than there are: QEMU would not say a word of it. */
function checkNumber(wanted: number, board: ChosenBoard, qemu: Pick<QemuBinary, "version">): void {
  const { arch, facts, machineType } = board;
  const most = serialPortsOf(board, qemu);
  if (wanted <= most) return;
  const others = facts.furtherPorts.filter(({ ports }) => ports >= wanted);
  const ways = others.map((one) => wayTo(one, machineType)).join(", or ");
  const advice = facts.isa ? 'take "pc" or "q35" as the machine' : ways || "name no more";
  const what = `names ${wanted} serial ports, but ${machineType} of ${arch} has ${most}`;
  throw new SpecError("serialPorts", `${what}; ${advice}`);
}

function wayTo({ option, ports, since }: FurtherPorts, machineType: string): string {
  if (option !== undefined) return `"${machineType},${option}=on" has ${ports}`;
  return `QEMU ${since} and newer give it ${ports}`;
}

/** As QEMU reads a switch (util/qemu-option.c; qapi/string-input-visitor.c). */
function isOn(word: string, option: string): boolean {
  const [name, value = "on"] = word.split("=");
  return name === option && ["on", "yes", "true", "y"].includes(value);
}

function isAtLeast({ major, minor }: QemuBinary["version"], since: string): boolean {
  const [sinceMajor = 0, sinceMinor = 0] = since.split(".").map(Number);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
