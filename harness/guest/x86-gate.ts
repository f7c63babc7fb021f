/** Why a PC's CPU could not deliver an exception: its gate, or the stack of its handler. */
import { isForbidden, type ReadPhysical } from "./x86-paging.ts";

export interface X86Memory {
  /** Bytes at a linear address, as the CPU sees them. */
  readonly linear: (address: bigint, count: number) => Promise<number[] | undefined>;
  readonly physical: ReadPhysical;
  /** What QEMU's monitor says of the interrupt controllers. */
  readonly pic: () => Promise<string>;
}

/** Of the table of pointers that firmware has left at 0: none of it is a gate. */
const limitOfRealMode = 0x3ffn;

type Values = ReadonlyMap<string, bigint>;

/**
 * In words, or `undefined` where nothing shows why (Intel SDM volume 3, 6.11 and 6.14; volume 1,
 * 20.1.4).
 *
 * @param accessed where the instruction has accessed memory in vain, if that is why it faulted.
 */
export async function whyNotDelivered(
  vector: number,
  values: Values,
  memory: X86Memory,
  accessed?: bigint,
): Promise<string | undefined> {
  const isProtected = ((values.get("cr0") ?? 0n) & 1n) !== 0n;
  const isLong = ((values.get("efer") ?? 0n) & 0x400n) !== 0n;
  const size = isProtected ? (isLong ? 16 : 8) : 4;
  const [base, limit] = [values.get("idt.base"), values.get("idt.limit")];
  if (base === undefined || limit === undefined) return undefined;
  if (BigInt(vector * size + size - 1) > limit) return "no handler";
  if (!isProtected) return undefined;
  if (base === 0n && limit === limitOfRealMode) return "no handler";
  const gate = await memory.linear(base + BigInt(vector * size), size);
  if (gate === undefined) return `its IDT at ${hexadecimal(base)} is not mapped`;
  const kind = gate[5] as number;
  if ((kind & 0x80) === 0) return "no handler";
  const kinds = isLong ? [0x0e, 0x0f] : [0x05, 0x06, 0x07, 0x0e, 0x0f];
  if (!kinds.includes(kind & 0x1f)) return "no handler";
  const selector = ((gate[3] as number) << 8) | (gate[2] as number);
  // A task gate names a task's state.
  if ((kind & 0x1f) !== 0x05 && !(await isCode(selector, values, memory))) {
    const name = hexadecimal(BigInt(selector));
    return `the gate of its handler has no code segment (selector ${name})`;
  }
  return await whyNoStack(values, memory, accessed);
}

async function isCode(selector: number, values: Values, memory: X86Memory): Promise<boolean> {
  const offset = BigInt(selector & 0xfff8);
  // A local table is for whoever has one to know.
  if ((selector & 4) !== 0) return true;
  if (offset === 0n || offset + 7n > (values.get("gdt.limit") ?? 0n)) return false;
  const descriptor = await memory.linear((values.get("gdt.base") ?? 0n) + offset, 8);
  return descriptor === undefined || ((descriptor[5] as number) & 0x98) === 0x98;
}

/** What the delivery pushes goes where CR2 says that nothing may be written. */
async function whyNoStack(
  values: Values,
  { physical }: X86Memory,
  accessed: bigint | undefined,
): Promise<string | undefined> {
  const place = values.get("cr2") ?? 0n;
  const pointer = values.get("rsp") ?? values.get("esp") ?? 0n;
  const isBelowStack = place < pointer && pointer - place <= 64n;
  if (place === accessed && !isBelowStack) return undefined;
  if ((await isForbidden(values, place, "writing", physical)) !== true) return undefined;
  return `no stack for its handler: ${hexadecimal(place)} cannot be written`;
}

export function hexadecimal(value: bigint): string {
  return `0x${value.toString(16)}`;
}
