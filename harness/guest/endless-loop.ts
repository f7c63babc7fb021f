/** Loops that only an interrupt can end: they jump for ever, and look at registers alone. Pure. */
import { type InstructionSet, stepOf } from "./plain-instructions.ts";

/** What stands in the guest's memory from `start` on. */
export interface CodeWindow {
  readonly start: bigint;
  readonly bytes: Uint8Array;
}

/** Bytes before and behind the program counter that are looked at. */
export const loopReachBytes = 64;
/** Instructions that such a loop may have. */
const instructionsLimit = 16;

/**
 * Whether a CPU at `address` will never do anything but what it does: each instruction from there
 * on works on registers alone and cannot fault, and the way leads back to one that it came from.
 * A loop that reads memory or a device may be ended by what it reads, and one with a condition by
 * what it counts; neither is meant.
 */
export function isEndlessLoop(set: InstructionSet, code: CodeWindow, address: bigint): boolean {
  const seen = new Set<bigint>();
  let at = address;
  while (seen.size < instructionsLimit) {
    if (seen.has(at)) return true;
    seen.add(at);
    const offset = Number(at - code.start);
    if (offset < 0 || offset >= code.bytes.length) return false;
    const step = stepOf(set, code.bytes.subarray(offset), at);
    if (step === undefined) return false;
    at += BigInt(step.lengthBytes + (step.jumpBytes ?? 0));
  }
  return false;
}
