/** How the firmware of a PC resets, where it is SeaBIOS or one like it. */
import type { MachinePlan } from "./command-line.ts";

/**
 * Whether firmware answers a reset by resetting again: SeaBIOS finds itself changed in memory,
 * which QEMU does not restore on a reset, does so itself, and resets once more or a few times, at
 * last by a triple fault (SeaBIOS, src/resume.c and src/fw/shadow.c).
 */
export function hasRepeatingFirmware(plan: Pick<MachinePlan, "board" | "firmware">): boolean {
  return plan.board.facts.pc && plan.firmware.kind !== "flash";
}

/** Whether SeaBIOS starts the guest, as QEMU brings it. */
export function isStartedBySeaBios(plan: Pick<MachinePlan, "board" | "firmware">): boolean {
  return plan.board.facts.pc && plan.firmware.kind === "default";
}

/** Whether firmware of a PC is at a linear address: below 1 MiB, or below 4 GiB. */
export function isPcFirmware(address: bigint): boolean {
  const isLow = address >= 0xc0000n && address <= 0xfffffn;
  return isLow || (address >= 0xfff00000n && address <= 0xffffffffn);
}
