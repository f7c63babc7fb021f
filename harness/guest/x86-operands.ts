/** What an x86 instruction does to memory, as far as one needs to say why it faulted. Pure. */

export type Access = "reading" | "writing";

/** How an instruction uses its operand in memory; `undefined` if it does not, or is not known. */
export function accessOf(
  opcode: number,
  operation: number,
  isTwoByte: boolean,
): Access | undefined {
  return isTwoByte ? accessOfTwoBytes(opcode, operation) : accessOfOneByte(opcode, operation);
}

/** Intel SDM volume 2, table A-2. An operand that is read and written counts as written. */
function accessOfOneByte(opcode: number, operation: number): Access | undefined {
  if (opcode < 0x40) {
    if ((opcode & 7) > 3) return undefined;
    return (opcode & 2) === 0 && opcode < 0x38 ? "writing" : "reading";
  }
  const group = groups[opcode];
  if (group !== undefined) return group.includes(operation) ? "reading" : "writing";
  if (opcode === 0xff) return operation <= 1 ? "writing" : operation < 7 ? "reading" : undefined;
  if (readers.includes(opcode)) return "reading";
  return writers.includes(opcode) ? "writing" : undefined;
}

/** Groups of instructions that write their operand, but for these of their operations. */
const groups: Readonly<Record<number, readonly number[]>> = {
  128: [7],
  129: [7],
  131: [7],
  192: [],
  193: [],
  208: [],
  209: [],
  210: [],
  211: [],
  246: [0, 1, 4, 5, 6, 7],
  247: [0, 1, 4, 5, 6, 7],
  254: [],
};
const readers = [0x63, 0x69, 0x6b, 0x84, 0x85, 0x8a, 0x8b, 0x8e];
const writers = [0x86, 0x87, 0x88, 0x89, 0x8c, 0x8f, 0xc6, 0xc7];

/** Table A-3. */
function accessOfTwoBytes(opcode: number, operation: number): Access | undefined {
  if (opcode === 0x01) return operation <= 1 ? "writing" : operation <= 3 ? "reading" : undefined;
  if (opcode === 0xba) return operation === 4 ? "reading" : "writing";
  if (opcode >> 4 === 0x9) return "writing";
  const doesWrite = [0x11, 0x13, 0x17, 0x29, 0x2b, 0x7f, 0xd6, 0xe7].includes(opcode);
  const changes = [0xa4, 0xa5, 0xab, 0xac, 0xad, 0xb0, 0xb1, 0xb3, 0xbb, 0xc0, 0xc1, 0xc7];
  if (doesWrite || changes.includes(opcode)) return "writing";
  const doesRead =
    opcode >> 4 === 0x4 ||
    [0x10, 0x12, 0x28, 0x6f, 0xa3, 0xaf, 0xb6, 0xb7, 0xbe, 0xbf].includes(opcode);
  return doesRead ? "reading" : undefined;
}

/** What string instructions access, by the registers that hold the addresses. */
export function stringAccesses(opcode: number): readonly (readonly ["si" | "di", Access])[] {
  if (opcode === 0xa4 || opcode === 0xa5)
    return [
      ["si", "reading"],
      ["di", "writing"],
    ];
  if (opcode === 0xaa || opcode === 0xab) return [["di", "writing"]];
  if (opcode === 0xac || opcode === 0xad) return [["si", "reading"]];
  return opcode === 0xae || opcode === 0xaf ? [["di", "reading"]] : [];
}

/** Whether it pushes a word, or takes one off the stack. */
export function stackAccess(
  opcode: number,
  operation: number,
  isTwoByte: boolean,
): Access | undefined {
  if (isTwoByte) return undefined;
  const pushes = (opcode >= 0x50 && opcode < 0x58) || [0x68, 0x6a, 0x9c, 0xe8].includes(opcode);
  if (pushes || (opcode === 0xff && (operation === 2 || operation === 6))) return "writing";
  const pops = (opcode >= 0x58 && opcode < 0x60) || [0x8f, 0x9d, 0xc2, 0xc3].includes(opcode);
  return pops ? "reading" : undefined;
}

/** Bytes of an immediate operand behind the one in memory. */
export function immediateBytes(
  opcode: number,
  operation: number,
  { isTwoByte, wideBytes }: { readonly isTwoByte: boolean; readonly wideBytes: number },
): number {
  if (isTwoByte) return [0xba, 0xa4, 0xac, 0xc2, 0xc4, 0xc5, 0xc6].includes(opcode) ? 1 : 0;
  if ([0x6b, 0x80, 0x83, 0xc0, 0xc1, 0xc6].includes(opcode)) return 1;
  if ([0x69, 0x81, 0xc7].includes(opcode)) return wideBytes;
  if (opcode === 0xf6) return operation <= 1 ? 1 : 0;
  return opcode === 0xf7 && operation <= 1 ? wideBytes : 0;
}
