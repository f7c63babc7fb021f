/** Devices by which a guest ends QEMU with an exit code of its own. */
import type { ExitDevice } from "./board.ts";
import type { MachinePlan } from "./command-line.ts";

export type { ExitDevice } from "./board.ts";

/** The device of a machine, ours or one of `qemuArguments`. */
export function exitDeviceOf(plan: Pick<MachinePlan, "board" | "extra">): ExitDevice | undefined {
  const { board, extra } = plan;
  if (board.exitDevice !== undefined) return board.exitDevice;
  if (extra.hasExitDevice) return "isa-debug-exit";
  const hasSemihosting = extra.extra.some((word) => /^--?semihosting(-config)?$/.test(word));
  return hasSemihosting ? "semihosting" : undefined;
}

/** QEMU's arguments for a device that is not part of the board itself. */
export function exitDeviceArguments(device: ExitDevice | undefined): string[] {
  switch (device) {
    case "isa-debug-exit":
      return ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"];
    case "semihosting":
      return ["-semihosting-config", "enable=on,target=native"];
    default:
      return [];
  }
}
