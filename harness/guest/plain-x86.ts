/** The x86 part of `plain-instructions.ts`: Intel SDM volume 2, appendix A. Pure. */
import type { Step } from "./plain-instructions.ts";

/** What has been read of an instruction so far. */
interface Reading {
  readonly bits: 16 | 32 | 64;
  readonly code: Uint8Array;
  at: number;
  /** Bytes of an immediate operand that is as wide as the registers, but 8 at most for `mov`. */
  operandBytes: 2 | 4 | 8;
  hasOperandPrefix: boolean;
}

/** In the order of their use in padding: segments, which mean nothing without an operand there. */
const segmentPrefixes = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];
/** NOP (with F3: PAUSE), CWDE, CDQ, CMC, CLC, STC, CLI, CLD, STD. */
const alone = [0x90, 0x98, 0x99, 0xf5, 0xf8, 0xf9, 0xfa, 0xfc, 0xfd];

/** @param bits of the code segment. */
export function x86Step(bits: 16 | 32 | 64, code: Uint8Array): Step | undefined {
  const operandBytes = bits === 16 ? 2 : 4;
  const reading: Reading = { bits, code, at: 0, operandBytes, hasOperandPrefix: false };
  readPrefixes(reading);
  const opcode = code[reading.at] ?? -1;
  reading.at += 1;
  if (alone.includes(opcode)) return { lengthBytes: reading.at };
  if (opcode === 0xeb) return jump(reading, 1);
  if (opcode === 0xe9) {
    // What the prefix does to a jump differs by mode and by manufacturer.
    return reading.hasOperandPrefix ? undefined : jump(reading, bits === 16 ? 2 : 4);
  }
  const tailBytes = opcode === 0x0f ? twoByteTail(reading) : tailOf(opcode, reading);
  if (tailBytes === undefined) return undefined;
  const lengthBytes = reading.at + tailBytes;
  return lengthBytes > code.length ? undefined : { lengthBytes };
}

function readPrefixes(reading: Reading): void {
  for (;;) {
    const byte = reading.code[reading.at] ?? -1;
    if (byte === 0x66 && !reading.hasOperandPrefix) {
      reading.hasOperandPrefix = true;
      reading.operandBytes = reading.bits === 16 ? 4 : 2;
    } else if (byte !== 0x66 && byte !== 0xf3 && !segmentPrefixes.includes(byte)) break;
    reading.at += 1;
    if (reading.at > 8) return;
  }
  const rex = reading.code[reading.at] ?? 0;
  if (reading.bits === 64 && rex >> 4 === 4) {
    reading.at += 1;
    if ((rex & 8) !== 0) reading.operandBytes = 8;
  }
}

function jump({ at, code }: Reading, widthBytes: 1 | 2 | 4): Step | undefined {
  if (at + widthBytes > code.length) return undefined;
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const jumpBytes =
    widthBytes === 1
      ? view.getInt8(at)
      : widthBytes === 2
        ? view.getInt16(at, true)
        : view.getInt32(at, true);
  return { lengthBytes: at + widthBytes, jumpBytes };
}

/** Bytes behind the opcode; `undefined` if it is no operation on registers alone. */
function tailOf(opcode: number, { at, bits, code, operandBytes }: Reading): number | undefined {
  const modRm = code[at] ?? 0;
  const isRegister = modRm >> 6 === 3;
  const operation = (modRm >> 3) & 7;
  const immediateBytes = Math.min(operandBytes, 4);
  // ADD, OR, ADC, SBB, AND, SUB, XOR, CMP; TEST, XCHG, MOV of two registers.
  if ((opcode & 0xc4) === 0 || (opcode >= 0x84 && opcode <= 0x8b))
    return isRegister ? 1 : undefined;
  if ((opcode & 0xc7) === 0x04 || opcode === 0xa8) return 1;
  if ((opcode & 0xc7) === 0x05 || opcode === 0xa9) return immediateBytes;
  if (opcode >> 4 === 4) return bits === 64 ? undefined : 0;
  if (opcode >> 3 === 0xb0 >> 3) return 1;
  if (opcode >> 3 === 0xb8 >> 3) return operandBytes;
  if (!isRegister) return undefined;
  if (opcode === 0x80 || opcode === 0x83) return 2;
  if (opcode === 0x81) return 1 + immediateBytes;
  if ((opcode === 0xfe || opcode === 0xff) && operation <= 1) return 1;
  if ((opcode === 0xf6 || opcode === 0xf7) && (operation === 2 || operation === 3)) return 1;
  return undefined;
}

/** NOP of several bytes, which has an operand and does not look at it; LFENCE, MFENCE, SFENCE. */
function twoByteTail({ at, bits, code }: Reading): number | undefined {
  const modRm = code[at + 1] ?? 0;
  if (code[at] === 0xae) return modRm >= 0xe8 ? 2 : undefined;
  if (code[at] !== 0x1f || bits === 16) return undefined;
  const [mode, base] = [modRm >> 6, modRm & 7];
  if (mode === 3) return 2;
  const hasIndex = base === 4;
  const isFarBase = hasIndex ? ((code[at + 2] ?? 0) & 7) === 5 : base === 5;
  const displacementBytes = mode === 1 ? 1 : mode === 2 || isFarBase ? 4 : 0;
  return 2 + (hasIndex ? 1 : 0) + displacementBytes;
}
