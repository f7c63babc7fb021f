/** What bringup knows of the boards that QEMU has: one table drives all that differs. */
import type { RegisterFormat } from "../guest/index.ts";
import { armArchitectures } from "./boards/arm.ts";
import { type Architecture, type Board, unknownBoard } from "./boards/board-facts.ts";
import { furtherArchitectures } from "./boards/further.ts";
import { riscvArchitectures } from "./boards/riscv.ts";
import { x86Architectures } from "./boards/x86.ts";

export type {
  Architecture,
  Board,
  ExitDevice,
  FurtherPorts,
  KernelForm,
} from "./boards/board-facts.ts";

/** Every architecture that a spec need not name a machine for. */
export const architectures: readonly Architecture[] = [
  ...x86Architectures,
  ...armArchitectures,
  ...riscvArchitectures,
  ...furtherArchitectures,
];

/** The row of an architecture, or `undefined`: then the spec must name the machine. */
export function architectureNamed(arch: string): Architecture | undefined {
  return architectures.find((row) => row.arch === arch);
}

/** How QEMU writes the registers of an architecture; of one without a row, the program counter. */
export function registersOf(arch: string): RegisterFormat {
  return architectureNamed(arch)?.registers ?? "program counter";
}

/**
 * What is known of a machine type; of one that is not in the table, only what all machines of its
 * architecture have in common, and the rest is left to QEMU.
 */
export function boardOf(arch: string, machineType: string): Board {
  const row = architectureNamed(arch);
  if (row === undefined) return unknownBoard;
  const known = row.boards[unversioned(machineType)];
  // QEMU has boards that take two or four CPUs at least, which nothing but their row could tell.
  const cpus = known === undefined ? undefined : 1;
  return { ...unknownBoard, cpus, ...row.common, ...known };
}

/** Architectures with a board of that name; one of them, where the others only share its board. */
export function architecturesWith(machineType: string): string[] {
  const name = unversioned(machineType);
  const having = architectures.filter(({ boards }) => Object.hasOwn(boards, name));
  const meant = having.find(({ arch, boards, common }) => {
    return { ...common, ...boards[name] }.emulator === arch;
  });
  return (meant === undefined ? having : [meant]).map(({ arch }) => arch);
}

/** "pc-q35-7.2" is "q35" as it was in QEMU 7.2, and "virt-7.2" is "virt". */
export function unversioned(machineType: string): string {
  const name = machineType.replace(/-\d+\.\d+(-[a-z].*)?$/, "");
  if (name === "pc-i440fx") return "pc";
  return name === "pc-q35" ? "q35" : name;
}
