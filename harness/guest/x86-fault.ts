/**
 * Which exception a PC's CPU has died of: one that its registers and its memory prove, as they
 * stood when it gave up. What they leave open is not said.
 */
import type { CpuRegisters } from "./registers.ts";
import { codeBitsOf } from "./x86-code.ts";
import { hexadecimal, whyNotDelivered, type X86Memory } from "./x86-gate.ts";
import { decodeX86, type X86Instruction } from "./x86-instruction.ts";
import { isForbidden } from "./x86-paging.ts";

export interface X86Fault {
  /** "#PF", "#UD", or what asked for an interrupt: "int 0x80". */
  readonly exception: string;
  /** What the instruction did, where that is why. */
  readonly access?: "reading" | "writing" | "executing" | "accessing";
  /** Where it did that: a linear address, in lower-case hexadecimal. */
  readonly address?: string;
  /** Why it was not delivered: "no handler". */
  readonly because: string;
}

type Values = ReadonlyMap<string, bigint>;

/** An exception that the instruction raises for sure. */
interface Raised extends Pick<X86Fault, "exception" | "access"> {
  readonly vector: number;
  readonly at?: bigint;
}

/** Bytes of the longest instruction. */
const longest = 15;
const pageBytes = 4096n;

export async function explainX86Fault(
  cpu: CpuRegisters,
  memory: X86Memory,
): Promise<X86Fault | undefined> {
  const raised = await findRaised(cpu, memory);
  if (raised === undefined) return undefined;
  const { at, vector, ...said } = raised;
  const because = await whyNotDelivered(vector, cpu.values, memory, at);
  if (because === undefined) return undefined;
  return { ...said, ...(at === undefined ? {} : { address: hexadecimal(at) }), because };
}

async function findRaised(cpu: CpuRegisters, memory: X86Memory): Promise<Raised | undefined> {
  const { instructionPointer: pointer, values } = cpu;
  const bits = codeBitsOf(values);
  if (pointer === undefined || bits === undefined) return undefined;
  const left = Number(pageBytes - (pointer % pageBytes));
  for (const start of left < longest ? [pointer, pointer + BigInt(left)] : [pointer]) {
    if (await isPageFault(start, "executing", values, memory)) {
      return { exception: "#PF", vector: 14, access: "executing", at: start };
    }
  }
  const code =
    (await memory.linear(pointer, longest)) ??
    (await memory.linear(pointer, Math.min(left, longest)));
  if (code === undefined) return undefined;
  const instruction = decodeX86(bits, Uint8Array.from(code), pointer, values);
  return (
    byOpcode(instruction, bits, values) ??
    (await byAccess(instruction, bits, values, memory)) ??
    (cpu.interruptsEnabled === true ? byInterrupt(await memory.pic()) : undefined)
  );
}

/** The interrupt that the first 8259 has handed over last: the CPU was to serve it. */
function byInterrupt(pic: string): Raised | undefined {
  const said = /^pic0:.*\bisr=([0-9a-f]{2})\b.*\birq_base=([0-9a-f]{2})\b/m.exec(pic);
  const served = Number.parseInt(said?.[1] ?? "0", 16);
  if (served === 0) return undefined;
  const line = 31 - Math.clz32(served & -served);
  const vector = Number.parseInt(said?.[2] ?? "0", 16) + line;
  return { exception: `IRQ ${line} (vector ${hexadecimal(BigInt(vector))})`, vector };
}

/** Whether an access faults: the tables forbid it, and CR2 tells of it or of what followed. */
async function isPageFault(
  address: bigint,
  access: "reading" | "writing" | "executing",
  values: Values,
  { physical }: X86Memory,
): Promise<boolean> {
  const told = values.get("cr2") ?? 0n;
  const pointer = values.get("rsp") ?? values.get("esp") ?? 0n;
  const isAbout = told >= address && told < address + 64n;
  // The delivery has faulted as well, and has left its own address.
  const isFollowed = told < pointer && pointer - told <= 64n;
  if (!isAbout && !isFollowed) return false;
  return (await isForbidden(values, address, access, physical)) === true;
}

async function byAccess(
  { accesses }: X86Instruction,
  bits: number,
  values: Values,
  memory: X86Memory,
): Promise<Raised | undefined> {
  for (const { access, address } of accesses) {
    const said = { access: access ?? ("accessing" as const), at: address };
    if (bits === 64 && !isCanonical(address, values)) {
      return { exception: "#GP", vector: 13, ...said };
    }
    const inPage = await isPageFault(address, access ?? "reading", values, memory);
    if (inPage) return { exception: "#PF", vector: 14, ...said };
  }
  return undefined;
}

/** Intel SDM volume 1, 3.3.7.1. */
function isCanonical(address: bigint, values: Values): boolean {
  const hasFiveLevels = ((values.get("cr4") ?? 0n) & 0x1000n) !== 0n;
  return BigInt.asUintN(64, BigInt.asIntN(hasFiveLevels ? 57 : 48, address)) === address;
}

/** What raises an exception whatever memory holds (Intel SDM volume 2, each instruction's page). */
function byOpcode(
  { isTwoByte, modRm, opcode, register, wideBytes }: X86Instruction,
  bits: number,
  values: Values,
): Raised | undefined {
  const operation = (modRm >> 3) & 7;
  if (isTwoByte) {
    // UD2, UD1, UD0.
    if ([0x0b, 0xb9, 0xff].includes(opcode)) return { exception: "#UD", vector: 6 };
    return isVector(opcode) ? byVectorState(values) : undefined;
  }
  if (opcode === 0xcc) return { exception: "int3", vector: 3 };
  if (opcode === 0xcd) return { exception: `int ${hexadecimal(BigInt(modRm))}`, vector: modRm };
  if (bits === 64 && invalidIn64.includes(opcode)) return { exception: "#UD", vector: 6 };
  const isDivision = (opcode === 0xf6 || opcode === 0xf7) && operation >= 6;
  if (isDivision && register !== undefined && opcode === 0xf7) {
    const isZero = BigInt.asUintN(wideBytes * 8, register) === 0n;
    return isZero ? { exception: "#DE", vector: 0 } : undefined;
  }
  if (opcode === 0x8e && register !== undefined)
    return bySelector(register & 0xffffn, operation, values);
  const isPrivileged = opcode === 0xf4 && values.get("cpl") === 3n;
  return isPrivileged ? { exception: "#GP", vector: 13 } : undefined;
}

/** Volume 2, table A-2, "i64", but for what VEX and EVEX use. */
const invalidIn64 = [
  0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0x27, 0x2f, 0x37, 0x3f, 0x60, 0x61, 0x9a, 0xce, 0xd4,
  0xd5, 0xd6, 0xea,
];

/** Moves of vector registers: those which compilers make of copies and of zeroes. */
function isVector(opcode: number): boolean {
  return [0x10, 0x11, 0x28, 0x29, 0x2a, 0x54, 0x57, 0x58, 0x59, 0x5e].includes(opcode);
}

/** Volume 3, table 2-3: without CR4.OSFXSR, or with CR0.EM; and with CR0.TS. */
function byVectorState(values: Values): Raised | undefined {
  const [control, features] = [values.get("cr0") ?? 0n, values.get("cr4") ?? 0n];
  if ((features & 0x200n) === 0n || (control & 4n) !== 0n) {
    return { exception: "#UD of SSE, which CR4 and CR0 have off", vector: 6 };
  }
  return (control & 8n) === 0n ? undefined : { exception: "#NM", vector: 7 };
}

/** A selector beyond the global table, or none for the stack (volume 2, MOV). */
function bySelector(selector: bigint, segment: number, values: Values): Raised | undefined {
  const isProtected = ((values.get("cr0") ?? 0n) & 1n) !== 0n;
  if (!isProtected || (selector & 4n) !== 0n || segment > 5) return undefined;
  const isNull = selector < 4n;
  const isBeyond = (selector | 7n) > (values.get("gdt.limit") ?? 0xffffn);
  const isWrong = isNull ? segment === 2 && codeBitsOf(values) !== 64 : isBeyond;
  if (!isWrong) return undefined;
  return { exception: `#GP loading the selector ${hexadecimal(selector)}`, vector: 13 };
}
