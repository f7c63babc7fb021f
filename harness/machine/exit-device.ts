/** Devices by which a guest ends QEMU with an exit code of its own. */
import type { MachinePlan } from "./command-line.ts";

/**
 * `"isa-debug-exit"`: the exit code is `(value << 1) | 1` (QEMU, hw/misc/debugexit.c).
 * `"finisher"`: it is the guest's own code, and 0 for a plain power-off: the `sifive_test` of
 * RISC-V `virt` (hw/misc/sifive_test.c), and semihosting (semihosting/arm-compat-semi.c).
 */
export type ExitDevice = "isa-debug-exit" | "finisher";

/** The device of a machine, ours or one of `qemuArguments`. */
export function exitDeviceOf(plan: Pick<MachinePlan, "board" | "extra">): ExitDevice | undefined {
  const { board, extra } = plan;
  if (board.isaDebugExit || extra.hasExitDevice) return "isa-debug-exit";
  const hasFinisher = board.arch.startsWith("riscv") && /^virt(-|$)/.test(board.machineType);
  const hasSemihosting = extra.extra.some((word) => /^--?semihosting(-config)?$/.test(word));
  return hasFinisher || hasSemihosting ? "finisher" : undefined;
}
