/** Guests that print a line and end by one device or call of firmware, in assembly. */
import {
  assembleBootSector,
  assembleForVirt,
  assemblePvh,
  assembleRiscv,
  assembleSbiPayload,
} from "./assemble.ts";

/** A 32-bit x86 kernel: prints `text`, does the rest, and idles without any interrupt. */
export async function pvhGuest(text: string, rest: string): Promise<string> {
  return await assemblePvh(`  mov $text, %esi
  mov $0x3f8, %dx
1: lodsb
  test %al, %al
  jz 2f
  out %al, %dx
  jmp 1b
2:
${rest}
  mov $0xff, %al
  out %al, $0x21
  out %al, $0xa1
  sti
3: hlt
  jmp 3b
text: .asciz ${JSON.stringify(text)}`);
}

/** Writes `status` to the port of an exit device. */
export function debugExit(status: number, port = 0xf4): string {
  return `  mov $${status}, %eax\n  mov $${port}, %edx\n  out %eax, %dx`;
}

/** A RISC-V kernel in the place of firmware: prints `text`, and writes to the finisher. */
export async function finisherGuest(text: string, value: number): Promise<string> {
  return await assembleRiscv(`${riscvPrint}  li t0, 0x100000
  li t1, ${value}
  sw t1, 0(t0)
4: wfi
  j 4b
${riscvText(text)}`);
}

/** An S-mode kernel that calls SBI: extension, function, and the first argument. */
export async function sbiGuest(text: string, extension: number, argument: number): Promise<string> {
  return await assembleSbiPayload(`${riscvPrint}  li a7, ${extension}
  li a6, 0
  li a0, ${argument}
  li a1, 0
  ecall
4: wfi
  j 4b
${riscvText(text)}`);
}

/** The text, and zeros up to a multiple of 4: clang has no instruction to fill less with. */
function riscvText(text: string): string {
  return `text: .ascii ${JSON.stringify(text)}\n.zero ${4 - (text.length % 4)}`;
}

const riscvPrint = `  la t0, text
  li t1, 0x10000000
1: lbu t2, 0(t0)
  beqz t2, 2f
  sb t2, 0(t1)
  addi t0, t0, 1
  j 1b
2:
`;

/** An AArch64 kernel: prints `text` on the PL011, and does the rest. */
export async function aarch64Guest(text: string, rest: string): Promise<string> {
  return await assembleForVirt(
    "aarch64",
    `  adr x1, text
  mov x2, #0x9000000
1: ldrb w0, [x1], #1
  cbz w0, 2f
  str w0, [x2]
  b 1b
2:
${rest}
3: wfi
  b 3b
text: .asciz ${JSON.stringify(text)}
.balign 8
block: .quad 0x20026
code: .quad 0
line: .quad buffer, 128
.balign 8
buffer: .space 128`,
  );
}

/** PSCI's call of this number, by `hvc` as on a `virt` without EL3. */
export function psci(call: number): string {
  return `  movz w0, #${call & 0xffff}\n  movk w0, #${call >>> 16}, lsl #16\n  hvc #0`;
}

/**
 * The AArch64 calls of semihosting that open `:tt` and write `text` there, as a C library does: for
 * writing it is the standard output, for appending the standard error.
 */
export function semihostingPrint(text: string, open: "write" | "append" = "write"): string {
  return `  b 8f
.balign 8
open: .quad name, ${open === "write" ? 4 : 8}, 3
write: .quad 0, printed, ${text.length}
name: .asciz ":tt"
printed: .ascii ${JSON.stringify(text)}
.balign 8
8: adr x1, open
  mov w0, #1
  hlt #0xf000
  adr x1, write
  str x0, [x1]
  mov w0, #5
  hlt #0xf000`;
}

/** The AArch64 call of semihosting that ends QEMU, with `code`. */
export function semihostingExit(code: number, call: "SYS_EXIT" | "SYS_EXIT_EXTENDED"): string {
  return `  mov x3, #${code}
  adr x4, code
  str x3, [x4]
  adr x1, block
  mov w0, #${call === "SYS_EXIT" ? 0x18 : 0x20}
  hlt #0xf000`;
}

/** The 32-bit Arm call: there SYS_EXIT has a reason and no code. */
export async function armSemihostingGuest(reason: number): Promise<string> {
  const words = `  ldr r1, =${reason}\n  mov r0, #0x18\n  svc 0x123456`;
  return await assembleForVirt("arm", words);
}

/** A RISC-V kernel in the place of firmware that ends through semihosting, with `code`. */
export async function riscvSemihostingGuest(code: number): Promise<string> {
  return await assembleRiscv(`  la a1, block
  li a0, 0x20
  j call
.balign 16
.option norvc
call: slli x0, x0, 0x1f
  ebreak
  srai x0, x0, 7
2: wfi
  j 2b
.balign 8
block: .quad 0x20026, ${code}`);
}

/** A boot sector that asks the BIOS to switch off by APM: connect, version 1.2, power state. */
export async function apmGuest(): Promise<string> {
  return await assembleBootSector(`  mov $text, %si
  call print
  mov $0x5301, %ax
  xor %bx, %bx
  int $0x15
  mov $0x530e, %ax
  xor %bx, %bx
  mov $0x0102, %cx
  int $0x15
  mov $0x5307, %ax
  mov $1, %bx
  mov $3, %cx
  int $0x15
  mov $failed, %si
  call print
2: hlt
  jmp 2b
text: .asciz "switching off by APM\\n"
failed: .asciz "still here\\n"`);
}
