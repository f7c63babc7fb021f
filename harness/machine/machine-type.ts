/** The name of a board in the QEMU that is there. */
import { SpecError } from "../evidence/index.ts";
import { findMachineType, machineNames, type QemuBinary } from "../host/index.ts";
import type { ChosenBoard } from "./choose-board.ts";

/**
 * The board by the name that this QEMU has for it: newer QEMUs have renamed some.
 * @throws `SpecError` where it has none.
 */
export function nameAsQemuDoes(board: ChosenBoard, qemu: QemuBinary): ChosenBoard {
  const { machine, machineType } = board;
  if (findMachineType(qemu, machineType) !== undefined) return board;
  const { laterName, since } = board.facts;
  if (laterName !== undefined && findMachineType(qemu, laterName) !== undefined) {
    const options = machine.slice(machineType.length);
    return { ...board, machine: `${laterName}${options}`, machineType: laterName };
  }
  const names = machineNames(qemu).join(", ");
  const binary = `${qemu.path} (${qemu.version.text})`;
  const newer = since === undefined ? "" : `, but of QEMU ${since} and newer`;
  throw new SpecError(
    "machine",
    `${machineType} is no machine type of ${binary}${newer}; it has ${names} ` +
      `(with their versions: ${qemu.path} -machine help)`,
  );
}
