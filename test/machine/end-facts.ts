/** What may be seen of an end, for tests of its classification. */
import type { EndFacts } from "../../harness/machine/classify-exit.ts";

/** Nothing that tells of any end. */
export const nothing: EndFacts = {
  shutdownReason: undefined,
  runState: undefined,
  guestPanic: undefined,
  child: undefined,
  killedBy: undefined,
  stderr: "",
  loggedTripleFault: false,
  lastAct: undefined,
  fault: undefined,
  isByFirmware: false,
  accelerator: "tcg",
  exitDevice: "isa-debug-exit",
  exitOutcomes: undefined,
  watchdogAction: undefined,
  fatalLine: undefined,
  at: undefined,
};
export const reset = { shutdownReason: "guest-reset" } as const;
export const powerOff = { shutdownReason: "guest-shutdown" } as const;
export const ended = (exitCode: number) => ({ child: { exitCode } });
export const panic = "Kernel panic - not syncing: no init";
export const warning = "qemu-system-x86_64: warning: TCG doesn't support requested feature: x\n";
