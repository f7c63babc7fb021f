/** Guests that take no interrupts and are woken all the same, in assembly. */
import { assemblePvh } from "./assemble.ts";

/** All interrupts of the 8259 but the 8254's, which comes 18 times a second. */
const timer = `
  mov $0x11, %al
  out %al, $0x20
  mov $0x20, %al
  out %al, $0x21
  mov $4, %al
  out %al, $0x21
  mov $3, %al
  out %al, $0x21
  mov $0xfe, %al
  out %al, $0x21
  mov $0x34, %al
  out %al, $0x43
  mov $0, %al
  out %al, $0x40
  out %al, $0x40`;

/** How NMIs are had on a PC (Intel SDM volume 3, 11.5; Intel 82093AA, 3.2). */
export const nmiSources = {
  "the 8254 through LINT0": `
${timer}
  movl $0x400, 0xfee00350`,
  "the 8254 through the I/O APIC": `
${timer}
  movl $0x14, 0xfec00000
  movl $0x400, 0xfec00010`,
  "the local APIC's timer": `
  movl $0xb, 0xfee003e0
  movl $0x20400, 0xfee00320
  movl $50000000, 0xfee00380`,
} as const;

/** Ways to wait with interrupts off, in a loop that the handler leaves. */
export const waits = { halt: "  hlt", "jump in place": "  jmp ." } as const;

/**
 * A 32-bit kernel that waits with interrupts off until it has taken 16 NMIs, which takes it most of
 * a second, and then prints "woken".
 */
export async function nmiGuest(source: string, wait: string): Promise<string> {
  return await assemblePvh(`  mov $stack, %esp
  lgdt table
  ljmp $8, $1f
1: mov $16, %ax
  mov %ax, %ds
  mov %ax, %es
  mov %ax, %ss
  mov $taken, %eax
  mov %ax, gate
  shr $16, %eax
  mov %ax, gate + 6
  lidt interrupts
  movl $0x1ff, 0xfee000f0
${source}
2: cli
${wait}
  jmp 2b
taken: mov $0x20, %al
  out %al, $0x20
  incl count
  cmpl $16, count
  je 3f
  iret
3: mov $text, %esi
  mov $0x3f8, %dx
4: lodsb
  test %al, %al
  jz 5f
  out %al, %dx
  jmp 4b
5: cli
  hlt
  jmp 5b
text: .asciz "woken\\n"
.balign 8
descriptors: .quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
table: .short 23
.long descriptors
interrupts: .short 23
.long gate - 16
.section .data, "aw"
.balign 8
.quad 0, 0
gate: .short 0, 8, 0x8e00, 0
count: .long 0
.skip 256
stack:`);
}
