/* The first instructions of the kernel: QEMU enters it in supervisor mode, the MMU off. */
    .syntax unified
    .arm
    .section .text.entry, "ax"
    .global entry
entry:
    ldr sp, =stack_top

    /* A frame pointer of zero is where a backtrace ends. */
    mov r11, #0
    mov lr, #0
    b start

/* The vector table (Arm ARM, B1.8.1), one instruction for each exception. The processor changes
 * to a mode with a stack pointer of its own, of which there is none: back to supervisor mode. The
 * return address is ahead of the instruction by as much as `ahead` says. */
    .macro exception vector, ahead
    mov r0, #\vector
    sub r1, lr, #\ahead
    b take_exception
    .endm

    .text
    .balign 32
    .global exception_vectors
exception_vectors:
    b .
    b undefined_instruction
    b supervisor_call
    b prefetch_abort
    b data_abort
    b .
    b .
    b .

undefined_instruction:
    exception 1, 4
supervisor_call:
    exception 2, 4
prefetch_abort:
    exception 3, 4
data_abort:
    exception 4, 8

take_exception:
    cps #0x13
    b handle_exception

    .bss
    .balign 16
    .skip 16384
stack_top:
