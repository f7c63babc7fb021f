/* The vector table (Armv7-M ARM, B1.5.3), which the processor reads at address 0 after a reset: a
 * stack pointer, where to begin, and one handler for each exception. */
    .syntax unified
    .thumb
    .section .vectors, "a"
    .global vectors
vectors:
    .word stack_top
    .word entry
    .rept 14
    .word take_exception
    .endr

    .text
    .thumb_func
    .global entry
entry:
    /* A frame pointer of zero is where a backtrace ends. */
    movs r7, #0
    mov lr, r7
    b start

/* The processor has pushed eight registers; the seventh is where it was. A breakpoint without a
 * debugger is a hard fault: here it is a semihosting call that nobody took, and is passed over. */
    .equ HARD_FAULT, 3
    .equ SEMIHOSTING_CALL, 0xbeab
    .thumb_func
take_exception:
    mrs r0, ipsr
    ldr r1, [sp, #24]
    cmp r0, #HARD_FAULT
    bne handle_exception
    ldrh r2, [r1]
    movw r3, #SEMIHOSTING_CALL
    cmp r2, r3
    bne handle_exception
    adds r1, r1, #2
    str r1, [sp, #24]
    bx lr

    .bss
    .balign 8
    .skip 16384
stack_top:
