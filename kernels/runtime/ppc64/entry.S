/* The first instructions of the kernel: the firmware enters it in 64-bit mode, big-endian, without
 * address translation. */
    .section .text.entry, "ax"
    .global entry
entry:
    lis 1, stack_top@ha
    addi 1, 1, stack_top@l
    /* The table of contents, by which code finds its data. */
    lis 2, .TOC.@ha
    addi 2, 2, .TOC.@l

    /* A back chain of zero is where a backtrace ends. */
    li 0, 0
    stdu 0, -32(1)
    mtlr 0
    bl start
    nop

    .bss
    .balign 16
    .skip 16384
stack_top:
