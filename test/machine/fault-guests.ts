/** Kernels that die of one exception, in assembly. */
import { assembleBootSector, assemblePvh } from "./assemble.ts";

const tables = `
.section .data, "aw"
.balign 8
descriptors: .quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00af9a000000ffff
table: .short 31
.long descriptors, 0
interrupts: .short 0
.long gates, 0
.balign 16
gates: .skip 512
.skip 256
stack:`;

/** Switches protected mode's paging on: the first 4 MiB, and 4 MiB from 8 MiB on, are mapped. */
const paging32 = `  mov $stack, %esp
  lgdt table
  ljmp $8, $1f
1: mov $16, %ax
  mov %ax, %ds
  mov %ax, %es
  mov %ax, %ss
  lidt interrupts
  movl $0x83, 0x200000
  movl $0x800083, 0x200008
  mov $0x200000, %eax
  mov %eax, %cr3
  mov %cr4, %eax
  or $0x10, %eax
  mov %eax, %cr4
  mov %cr0, %eax
  or $0x80000000, %eax
  mov %eax, %cr0
`;

/** Goes on in 64-bit mode, with the first 2 MiB mapped. */
const long = `  mov $stack, %esp
  movl $0x201003, 0x200000
  movl $0x202003, 0x201000
  movl $0x83, 0x202000
  mov $0x200000, %eax
  mov %eax, %cr3
  mov %cr4, %eax
  or $0x20, %eax
  mov %eax, %cr4
  mov $0xc0000080, %ecx
  rdmsr
  or $0x100, %eax
  wrmsr
  mov %cr0, %eax
  or $0x80000001, %eax
  mov %eax, %cr0
  lgdt table
  lidt interrupts
  ljmp $24, $1f
.code64
1:
`;

/** Makes a gate for a page fault of the handler at `eax`, in a table of 32. */
export const pageFaultGate = `  movw $255, interrupts
  lidt interrupts
  mov %ax, gates + 14 * 8
  movw $8, gates + 14 * 8 + 2
  movw $0x8e00, gates + 14 * 8 + 4
  shr $16, %eax
  mov %ax, gates + 14 * 8 + 6
`;

/** In 32-bit protected mode with paging, and without any gate. */
export async function dieIn32(body: string): Promise<string> {
  return await assemblePvh(`${paging32}${body}\n  jmp .${tables}`);
}

/** In 64-bit mode, and without any gate. */
export async function dieIn64(body: string): Promise<string> {
  return await assemblePvh(`${long}${body}\n  jmp .${tables}`);
}

/** In real mode, with a table of interrupts that ends at once. */
export async function dieInRealMode(body: string): Promise<string> {
  return await assembleBootSector(`  lidt none\n${body}\n  jmp .\nnone: .short 0\n.long 0`);
}
