/* The first instructions of the kernel: QEMU enters it at exception level 1, the MMU off. */
    .section .text.entry, "ax"
    .global entry
entry:
    /* The other processors, if there are any, are asleep until somebody starts them. */
    adrp x0, stack_top
    add sp, x0, :lo12:stack_top

    /* A frame pointer of zero is where a backtrace ends. */
    mov x29, #0
    mov x30, #0
    b start

/* The vector table (Arm ARM, D1.10.2): sixteen entries of 128 bytes, and one thing to do. */
    .text
    .balign 2048
    .global exception_vectors
exception_vectors:
    .rept 16
    .balign 128
    b take_exception
    .endr

take_exception:
    mrs x0, esr_el1
    mrs x1, far_el1
    mrs x2, elr_el1
    b handle_exception

    .bss
    .balign 16
    .skip 16384
stack_top:
