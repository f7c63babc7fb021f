/* The first instructions of the kernel. On 64 bits OpenSBI enters it, in supervisor mode, and on 32
 * bits nobody does: the processor begins here, in machine mode. Either way A1 is where the device
 * tree is (Linux, Documentation/riscv/boot.rst; QEMU, hw/riscv/boot.c). */
    .section .text.entry, "ax"
    .global entry
entry:
    la sp, stack_top

    /* A frame pointer of zero is where a backtrace ends. */
    li fp, 0
    li ra, 0
    mv a0, a1
    j start

/* Where a trap goes (RISC-V privileged ISA, "Supervisor Trap Vector", "Machine Trap-Vector"). */
    .text
    .balign 4
    .global trap_entry
trap_entry:
#if __riscv_xlen == 64
    csrr a0, scause
    csrr a1, stval
    csrr a2, sepc
#else
    csrr a0, mcause
    csrr a1, mtval
    csrr a2, mepc
#endif
    j handle_exception

    .bss
    .balign 16
    .skip 16384
stack_top:
