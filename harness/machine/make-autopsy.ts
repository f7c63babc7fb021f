/** The autopsy of a machine, with what it needs to know of it. */
import { Autopsy } from "./autopsy.ts";
import { registersOf } from "./board.ts";
import { hasNmiWatchdog, highestExceptionLevel } from "./interrupt-facts.ts";
import type { MachineParts } from "./machine-parts.ts";

export function makeAutopsy(parts: MachineParts): Autopsy {
  const { accelerator, board, extra } = parts.plan;
  return new Autopsy({
    ...parts,
    arch: board.arch,
    registers: registersOf(board.arch),
    accelerator,
    highestLevel: highestExceptionLevel(board),
    hasNmiWatchdog: hasNmiWatchdog(extra),
  });
}
