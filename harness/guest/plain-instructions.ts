/** Instructions that work on registers alone, and jumps that always jump. Pure. */
import { x86Step } from "./plain-x86.ts";

/** How code is to be read. */
export type InstructionSet =
  | "x86-16"
  | "x86-32"
  | "x86-64"
  | "aarch64"
  | "arm"
  | "thumb"
  | "riscv"
  | "mips"
  | "mipsel"
  | "ppc";

/** An instruction that neither reads nor writes memory or a device, and cannot fault. */
export interface Step {
  readonly lengthBytes: number;
  /** From behind it on, where it jumps. */
  readonly jumpBytes?: number;
}

/** The instruction at the beginning of `code`, or `undefined` if it is none of these. */
export function stepOf(set: InstructionSet, code: Uint8Array, address: bigint): Step | undefined {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  switch (set) {
    case "x86-16":
      return x86Step(16, code);
    case "x86-32":
      return x86Step(32, code);
    case "x86-64":
      return x86Step(64, code);
    case "thumb":
      return code.length < 2 ? undefined : thumbStep(view);
    case "riscv":
      return code.length < 2 ? undefined : riscvStep(view);
    default:
      return code.length < 4 ? undefined : wordStep(set, view, address);
  }
}

function wordStep(
  set: "aarch64" | "arm" | "mips" | "mipsel" | "ppc",
  view: DataView,
  address: bigint,
): Step | undefined {
  switch (set) {
    case "aarch64":
      return aarch64Step(view.getUint32(0, true));
    case "arm":
      return armStep(view.getUint32(0, true));
    case "mips":
      return mipsStep(view, address, false);
    case "mipsel":
      return mipsStep(view, address, true);
    case "ppc":
      return ppcStep(view.getUint32(0));
  }
}

/** The lowest `bits` of a number, as a signed one. */
function signed(value: number, bits: number): number {
  const rest = value % 2 ** bits;
  return rest >= 2 ** (bits - 1) ? rest - 2 ** bits : rest;
}

const word: Step = { lengthBytes: 4 };
const half: Step = { lengthBytes: 2 };

/**
 * Arm ARM C6.2: B; the hints NOP, YIELD, WFE, SEV, SEVL; barriers; MSR DAIFSet. `wfi` is left out:
 * where interrupts are masked it is how a kernel waits for one that it will ask for.
 */
function aarch64Step(code: number): Step | undefined {
  if (code >>> 26 === 0x05) {
    return { lengthBytes: 4, jumpBytes: signed(code & 0x03ff_ffff, 26) * 4 - 4 };
  }
  const isHint = [0, 1, 2, 4, 5].some((hint) => code === (0xd503_201f | (hint << 5)) >>> 0);
  const isBarrier = (code & 0xffff_f01f) >>> 0 === 0xd503_301f;
  const masks = (code & 0xffff_f0ff) >>> 0 === 0xd503_40df;
  return isHint || isBarrier || masks ? word : undefined;
}

/** Arm ARM F5.1: the same in A32, with CPSID for MSR DAIFSet. */
function armStep(code: number): Step | undefined {
  if (code >>> 24 === 0xea) {
    return { lengthBytes: 4, jumpBytes: signed(code & 0x00ff_ffff, 24) * 4 + 4 };
  }
  const isHint = [0, 1, 2, 4].some((hint) => code === (0xe320_f000 | hint) >>> 0);
  const isOldNop = code === 0xe1a0_0000;
  const isBarrier = (code & 0xffff_ff80) >>> 0 === 0xf57f_f000;
  const masks = (code & 0xffff_fe3f) >>> 0 === 0xf10c_0000;
  return isHint || isOldNop || isBarrier || masks ? word : undefined;
}

/** Arm ARM F5.1: the same in T32; B of two lengths (T2 and T4). */
function thumbStep(view: DataView): Step | undefined {
  const first = view.getUint16(0, true);
  if (first >>> 11 === 0b11100) {
    return { lengthBytes: 2, jumpBytes: signed(first & 0x7ff, 11) * 2 + 2 };
  }
  const isHint = [0xbf00, 0xbf10, 0xbf20, 0xbf40, 0x46c0].includes(first);
  if (isHint || (first & 0xfff8) === 0xb670) return half;
  if (view.byteLength < 4) return undefined;
  const second = view.getUint16(2, true);
  if (first === 0xf3bf && (second & 0xff80) === 0x8f00) return word;
  if (first >>> 11 !== 0b11110 || (second & 0xd000) !== 0x9000) return undefined;
  const sign = (first >>> 10) & 1;
  const top = [sign, ~(((second >>> 13) & 1) ^ sign) & 1, ~(((second >>> 11) & 1) ^ sign) & 1];
  const high = (top[0] as number) * 4 + (top[1] as number) * 2 + (top[2] as number);
  const offset = (high * 2 ** 21 + (first & 0x3ff) * 2 ** 11 + (second & 0x7ff)) * 2;
  return { lengthBytes: 4, jumpBytes: signed(offset, 25) };
}

/** RISC-V unprivileged ISA: JAL and C.J without a link, NOP, C.NOP, FENCE (and so PAUSE). */
function riscvStep(view: DataView): Step | undefined {
  const first = view.getUint16(0, true);
  if (first === 0x0001) return half;
  if ((first & 3) !== 3) {
    if ((first & 0xe003) !== 0xa001) return undefined;
    const bit = (from: number, to: number) => ((first >>> from) & 1) << to;
    const offset =
      bit(12, 11) |
      bit(11, 4) |
      bit(10, 9) |
      bit(9, 8) |
      bit(8, 10) |
      (bit(7, 6) | bit(6, 7) | bit(5, 3) | bit(4, 2) | bit(3, 1) | bit(2, 5));
    return { lengthBytes: 2, jumpBytes: signed(offset, 12) - 2 };
  }
  if (view.byteLength < 4) return undefined;
  const code = view.getUint32(0, true);
  if (code === 0x0000_0013 || (code & 0x707f) === 0x0f) return word;
  if ((code & 0xfff) !== 0x06f) return undefined;
  const offset =
    (code >>> 31) * 2 ** 20 +
    ((code >>> 12) & 0xff) * 2 ** 12 +
    ((code >>> 20) & 1) * 2 ** 11 +
    ((code >>> 21) & 0x3ff) * 2;
  return { lengthBytes: 4, jumpBytes: signed(offset, 21) - 4 };
}

/**
 * MIPS32 volume II: `j`, and `b` (BEQ of a register with itself), with a NOP in the delay slot;
 * NOP; SYNC. `j` stays within the 256 MiB of its delay slot.
 */
function mipsStep(view: DataView, address: bigint, isLittle: boolean): Step | undefined {
  const code = view.getUint32(0, isLittle);
  if (code === 0 || code === 0x0000_000f) return word;
  if (view.byteLength < 8 || view.getUint32(4, isLittle) !== 0) return undefined;
  if (code >>> 26 === 2) {
    const slot = Number((address + 4n) & 0x0fff_ffffn);
    return { lengthBytes: 8, jumpBytes: (code & 0x03ff_ffff) * 4 - slot - 4 };
  }
  if (code >>> 16 !== 0x1000) return undefined;
  return { lengthBytes: 8, jumpBytes: signed(code & 0xffff, 16) * 4 - 4 };
}

/** Power ISA 2.4 and 3.3: `b` without a link; `ori 0,0,0`; the priority hints `or n,n,n`. */
function ppcStep(code: number): Step | undefined {
  if ((code & 0xfc00_0003) >>> 0 === 0x4800_0000) {
    return { lengthBytes: 4, jumpBytes: signed(code & 0x03ff_fffc, 26) - 4 };
  }
  const [source, target, other] = [(code >>> 21) & 31, (code >>> 16) & 31, (code >>> 11) & 31];
  const isHint = (code & 0xfc00_07ff) >>> 0 === 0x7c00_0378;
  if (isHint && source === target && target === other) return word;
  return code === 0x6000_0000 ? word : undefined;
}
