/** Guests for a PC that use its alarms, and its sleep, in assembly. */
import { pvhGuest } from "./exit-guests.ts";

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
