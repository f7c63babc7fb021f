/** The code before the program counter of an x86 that has just written to a port. Pure. */

/** Bytes before the program counter that suffice to tell. */
export const portWriteCodeBytes = 6;

/**
 * Whether a CPU whose guest has reported something by a port write stands behind what it did: right
 * behind an `out`; or, where QEMU lets translated code run to the end of its block, behind the call
 * of a function that has written and returned (Intel SDM volume 2, OUT and CALL). Where that was
 * the last instruction of its function, the program counter is in the next one already.
 * @param code the bytes right before the program counter, six of them.
 */
export function standsBehindPortWrite(code: Uint8Array): boolean {
  const [six, five, , three, two, one] = code;
  if (code.length !== portWriteCodeBytes) return false;
  if (one === 0xee || one === 0xef || two === 0xe6 || two === 0xe7) return true;
  // Near calls: relative; and by a register or memory, of which the second byte has /2.
  return five === 0xe8 || isIndirect(two, one) || isIndirect(three, two) || isIndirect(six, five);
}

function isIndirect(first: number | undefined, second: number | undefined): boolean {
  return first === 0xff && second !== undefined && (second & 0x38) === 0x10;
}
