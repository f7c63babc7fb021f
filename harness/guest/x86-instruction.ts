/** One x86 instruction, and what it accesses by the registers before it (Intel SDM volume 2, 2). */
import {
  type Access,
  accessOf,
  immediateBytes,
  stackAccess,
  stringAccesses,
} from "./x86-operands.ts";

export interface X86Instruction {
  readonly opcode: number;
  /** Whether the opcode stands behind 0F. */
  readonly isTwoByte: boolean;
  /** The byte behind the opcode, which most instructions have. */
  readonly modRm: number;
  /** The register that stands for the operand in memory, where it is one. */
  readonly register: bigint | undefined;
  /** Bytes that an operation on whole words works on. */
  readonly wideBytes: 2 | 4 | 8;
  /** What it accesses, in order. Addresses are linear. */
  readonly accesses: readonly { readonly access: Access | undefined; readonly address: bigint }[];
}

type Values = ReadonlyMap<string, bigint>;
type Bits = 16 | 32 | 64;

interface Context {
  readonly bits: Bits;
  readonly addressBits: Bits;
  readonly segment: string | undefined;
  readonly rex: number;
  readonly values: Values;
}

const names = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];
const segments: Readonly<Record<number, string>> = {
  38: "es",
  46: "cs",
  54: "ss",
  62: "ds",
  100: "fs",
  101: "gs",
};

/** @param code from `address` on, as much as there is of 15 bytes. */
export function decodeX86(
  bits: Bits,
  code: Uint8Array,
  address: bigint,
  values: Values,
): X86Instruction {
  let at = 0;
  let segment: string | undefined;
  let hasOperandPrefix = false;
  let hasAddressPrefix = false;
  for (; at < code.length; at += 1) {
    const byte = code[at] as number;
    if (byte === 0x66) hasOperandPrefix = true;
    else if (byte === 0x67) hasAddressPrefix = true;
    else if (segments[byte] !== undefined) segment = segments[byte];
    else if (byte !== 0xf0 && byte !== 0xf2 && byte !== 0xf3) break;
  }
  const rex = bits === 64 && (code[at] ?? 0) >> 4 === 4 ? (code[at++] as number) : 0;
  const narrow = bits === 16 ? 32 : bits === 32 ? 16 : 32;
  const addressBits = hasAddressPrefix ? narrow : bits;
  const wideBytes = (rex & 8) !== 0 ? 8 : (bits === 16) !== hasOperandPrefix ? 2 : 4;
  const isTwoByte = code[at] === 0x0f;
  if (isTwoByte) at += 1;
  const opcode = code[at] ?? 0;
  const context = { bits, addressBits, segment, rex, values } as const;
  const modRm = code[at + 1] ?? 0;
  const operation = (modRm >> 3) & 7;
  const accesses: { access: Access | undefined; address: bigint }[] = [];
  const access = accessOf(opcode, operation, isTwoByte);
  if (modRm >> 6 !== 3 && (access !== undefined || isTwoByte)) {
    const behind = immediateBytes(opcode, operation, {
      isTwoByte,
      wideBytes: Math.min(wideBytes, 4),
    });
    const operand = memoryOperand(
      code.subarray(at + 1),
      context,
      (length) => address + BigInt(at + 1 + length + behind),
    );
    if (operand !== undefined) accesses.push({ access, address: operand });
  }
  if (!isTwoByte) accesses.push(...impliedAccesses(opcode, operation, wideBytes, context));
  const number = (modRm & 7) | ((rex & 1) << 3);
  const register = modRm >> 6 === 3 ? registerOf(values, number) : undefined;
  return { opcode, isTwoByte, modRm, register, wideBytes, accesses };
}

function impliedAccesses(
  opcode: number,
  operation: number,
  wideBytes: 2 | 4 | 8,
  context: Context,
): { access: Access; address: bigint }[] {
  const { addressBits, bits, segment, values } = context;
  const found = stringAccesses(opcode).map(([name, access]) => {
    const base = baseOf(name === "di" ? "es" : (segment ?? "ds"), context);
    const offset = BigInt.asUintN(addressBits, registerOf(values, names.indexOf(name)));
    return { access, address: linear(base + offset, bits) };
  });
  const stack = stackAccess(opcode, operation, false);
  if (stack === undefined) return found;
  const word = bits === 64 ? (wideBytes === 2 ? 2n : 8n) : BigInt(wideBytes);
  const isWide = ((values.get("ss.flags") ?? 0n) & 0x40_0000n) !== 0n;
  const pointer = registerOf(values, 4) - (stack === "writing" ? word : 0n);
  const offset = BigInt.asUintN(bits === 64 ? 64 : isWide ? 32 : 16, pointer);
  const address = linear(baseOf("ss", context) + offset, bits);
  return [...found, { access: stack, address }];
}

/** @param ending gives the address behind the instruction, of whose operand the length is given. */
function memoryOperand(
  code: Uint8Array,
  context: Context,
  ending: (lengthBytes: number) => bigint,
): bigint | undefined {
  return context.addressBits === 16
    ? narrowOperand(code, context)
    : wideOperand(code, context, ending);
}

/** Table 2-1. */
function narrowOperand(code: Uint8Array, context: Context): bigint | undefined {
  const [mode, base] = [(code[0] as number) >> 6, (code[0] as number) & 7];
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const registers = ["bx si", "bx di", "bp si", "bp di", "si", "di", "bp", "bx"];
  const isAbsolute = mode === 0 && base === 6;
  const length = isAbsolute || mode === 2 ? 2 : mode;
  if (code.length < 1 + length) return undefined;
  const displacement = length === 0 ? 0 : length === 1 ? view.getInt8(1) : view.getInt16(1, true);
  const used = isAbsolute ? [] : (registers[base] as string).split(" ");
  const sum = used.reduce(
    (total, name) => total + registerOf(context.values, names.indexOf(name)),
    BigInt(displacement),
  );
  const segment = context.segment ?? (used.includes("bp") ? "ss" : "ds");
  return linear(baseOf(segment, context) + BigInt.asUintN(16, sum), context.bits);
}

/** Tables 2-2 and 2-3. */
function wideOperand(
  code: Uint8Array,
  context: Context,
  ending: (lengthBytes: number) => bigint,
): bigint | undefined {
  const { addressBits, bits, rex, values } = context;
  const [mode, low] = [(code[0] as number) >> 6, (code[0] as number) & 7];
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const hasIndex = low === 4;
  const scale = hasIndex ? (code[1] ?? 0) : 0;
  const base = hasIndex ? scale & 7 : low;
  const isBaseless = mode === 0 && base === 5;
  const start = hasIndex ? 2 : 1;
  const length = isBaseless || mode === 2 ? 4 : mode;
  if (code.length < start + length) return undefined;
  let sum = BigInt(
    length === 0 ? 0 : length === 1 ? view.getInt8(start) : view.getInt32(start, true),
  );
  if (isBaseless && !hasIndex && bits === 64) sum += ending(start + length);
  if (!isBaseless) sum += registerOf(values, base | ((rex & 1) << 3));
  const index = ((scale >> 3) & 7) | ((rex & 2) << 2);
  if (hasIndex && index !== 4) sum += registerOf(values, index) << BigInt(scale >> 6);
  const usesStack = !isBaseless && (rex & 1) === 0 && (base === 4 || base === 5);
  const segment = context.segment ?? (usesStack ? "ss" : "ds");
  return linear(baseOf(segment, context) + BigInt.asUintN(addressBits, sum), bits);
}

function registerOf(values: Values, number: number): bigint {
  const name = names[number];
  if (name === undefined) return values.get(`r${number}`) ?? 0n;
  return values.get(`r${name}`) ?? values.get(`e${name}`) ?? 0n;
}

/** In 64-bit code only FS and GS have a base. */
function baseOf(segment: string, { bits, values }: Context): bigint {
  const counts = bits !== 64 || segment === "fs" || segment === "gs";
  return counts ? (values.get(`${segment}.base`) ?? 0n) : 0n;
}

function linear(address: bigint, bits: Bits): bigint {
  return BigInt.asUintN(bits === 64 ? 64 : 32, address);
}
