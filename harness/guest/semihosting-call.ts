/** Looks for semihosting calls in machine code: without semihosting they are faults, or nothing. */

type Encoding = readonly [name: string, bytes: readonly number[], alignBytes: number];

/**
 * As bytes in memory (Arm, "Semihosting for AArch32 and AArch64", 3; RISC-V, "Semihosting", 2.1:
 * an `ebreak` between two shifts that do nothing, uncompressed).
 */
const a64: Encoding = ["hlt 0xf000", [0x00, 0x00, 0x5e, 0xd4], 4];
const a32: readonly Encoding[] = [
  ["svc 0x123456", [0x56, 0x34, 0x12, 0xef], 4],
  ["hlt 0xf000", [0x70, 0x00, 0x0f, 0xe1], 4],
];
const mProfile: Encoding = ["bkpt 0xab", [0xab, 0xbe], 2];
const riscv: Encoding = [
  "ebreak",
  [0x13, 0x10, 0xf0, 0x01, 0x73, 0x00, 0x10, 0x00, 0x13, 0x50, 0x70, 0x40],
  2,
];

/**
 * @param arch suffix of the emulator ("aarch64").
 * @param isCortexM whether it is code of a microcontroller, whose call is too short to be sure of
 *   in other code.
 * @returns the instruction of the first call that is found.
 */
export function findSemihostingCall(
  arch: string,
  isCortexM: boolean,
  code: Buffer,
): string | undefined {
  return encodingsOf(arch, isCortexM).find((encoding) => has(code, encoding))?.[0];
}

function encodingsOf(arch: string, isCortexM: boolean): readonly Encoding[] {
  if (isCortexM) return [mProfile];
  if (arch === "aarch64") return [a64];
  if (arch === "arm") return a32;
  return /^riscv/.test(arch) ? [riscv] : [];
}

function has(code: Buffer, [, bytes, alignBytes]: Encoding): boolean {
  const wanted = Buffer.from(bytes);
  for (let at = code.indexOf(wanted); at !== -1; at = code.indexOf(wanted, at + 1)) {
    if (at % alignBytes === 0) return true;
  }
  return false;
}
