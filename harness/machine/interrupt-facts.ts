/** What the plan of a machine says about the interrupts that may reach its CPUs. Pure. */
import { unversioned } from "./board.ts";
import type { ChosenBoard } from "./choose-board.ts";
import type { SortedArguments } from "./qemu-arguments.ts";

const on = "(?:on|yes|true|y)(?:,|$)";

/**
 * The highest exception level of an Arm machine's CPUs. "virt" leaves EL2 and EL3 out unless it is
 * asked for them (QEMU, docs/system/arm/virt.rst); of other boards that is not known here. Nor is
 * it of CPUs that may have interrupts which no mask holds back (FEAT_NMI).
 */
export function highestExceptionLevel({
  cpu,
  machine,
  machineType,
}: Pick<ChosenBoard, "cpu" | "machine" | "machineType">): 1 | 2 | 3 | undefined {
  if (unversioned(machineType) !== "virt" || /^(?:max|host)\b/.test(cpu ?? "max")) return undefined;
  if (new RegExp(`,secure=${on}`).test(machine)) return 3;
  return new RegExp(`,virtualization=${on}`).test(machine) ? 2 : 1;
}

/** Whether a watchdog that runs out sends an NMI (QEMU's `-watchdog-action` and `-action`). */
export function hasNmiWatchdog({ extra }: Pick<SortedArguments, "extra">): boolean {
  return extra.some((word) => word.includes("inject-nmi"));
}
