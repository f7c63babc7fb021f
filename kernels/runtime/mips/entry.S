/* The first instructions of the kernel: QEMU's boot code enters it in kernel mode, addresses from
 * 0x80000000 up being physical memory as it is. */
    .set noreorder
    .section .text.entry, "ax"
    .global entry
entry:
    lui $sp, %hi(stack_top)
    addiu $sp, $sp, %lo(stack_top)

    /* A frame pointer of zero is where a backtrace ends. */
    move $fp, $zero
    j start
    move $ra, $zero

    .bss
    .balign 16
    .skip 16384
stack_top:
