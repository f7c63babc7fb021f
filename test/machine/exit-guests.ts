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

/** The register of a PCI device at this slot of bus 0, into EAX; behind it EDX is 0xcfc. */
function readPci(slot: number, register: number): string {
  const address = `0x${(0x8000_0000 + (slot << 11) + register).toString(16)}`;
  return `  mov $${address}, %eax
  mov $0xcf8, %edx
  out %eax, %dx
  mov $0xcfc, %edx
  in %dx, %eax`;
}

/** Switches the memory of a PCI device on, and leaves the place of its BAR 0 in EBX. */
function openPci(slot: number): string {
  return `${readPci(slot, 4)}\n  or $2, %eax\n  out %eax, %dx
${readPci(slot, 0x10)}\n  and $0xfffffff0, %eax\n  mov %eax, %ebx`;
}

/** Writes to a `pvpanic-pci` at this slot. */
export function writePvpanicPci(slot: number, value: number): string {
  return `${openPci(slot)}\n  movb $${value}, (%ebx)`;
}

/** Starts an `ib700`, with the longest time that it has. */
export const startIb700 = "  xor %eax, %eax\n  mov $0x443, %edx\n  out %al, %dx";

/** Starts an `i6300esb` at this slot: unlocks it for each register, and enables it. */
export function startI6300esb(slot: number): string {
  const unlock = "  movw $0x80, 0xc(%ebx)\n  movw $0x86, 0xc(%ebx)\n";
  const enable = `${readPci(slot, 0x68)}\n  or $2, %al\n  out %al, %dx`;
  return `${openPci(slot)}\n${unlock}  movl $1, (%ebx)\n${unlock}  movl $1, 4(%ebx)\n${enable}`;
}

/**
 * A kernel for a PC that suspends to RAM through ACPI. Firmware wakes it up in real mode, where
 * it says so and does as `afterwards` tells. ACPI Specification 6.5: the root pointer of a PC
 * (5.2.5.1), the FADT (5.2.9), the waking vector in the FACS (5.2.10).
 */
export async function suspendingGuest(afterwards: string): Promise<string> {
  const suspend = `  mov $waking, %esi
  mov $0x8000, %edi
  mov $(waking_end - waking), %ecx
  rep movsb
  mov $0xe0000, %esi
1: cmpl $0x20445352, (%esi)
  je 2f
  add $16, %esi
  jmp 1b
2: mov 16(%esi), %esi
  add $36, %esi
3: mov (%esi), %ebx
  add $4, %esi
  cmpl $0x50434146, (%ebx)
  jne 3b
  mov 36(%ebx), %ebx
  movl $0x8000, 12(%ebx)
  mov $0x604, %dx
  mov $0x2400, %ax
  out %ax, %dx
4: hlt
  jmp 4b
.code16
waking: mov %cs, %ax
  mov %ax, %ds
  mov $(woken - waking), %si
  mov $0x3f8, %dx
5: lodsb
  test %al, %al
  jz 6f
  out %al, %dx
  jmp 5b
6:
${afterwards}
7: hlt
  jmp 7b
woken: .asciz "woken up\\n"
waking_end:
.code32`;
  return await pvhGuest("suspending\n", suspend);
}

/** Real mode: ends QEMU with the status 49, and resets a PC through the keyboard controller. */
export const debugExit16 = "  mov $49, %al\n  out %al, $0xf4";
export const reset16 = "  mov $0xfe, %al\n  out %al, $0x64";
