/* The ELF note by which QEMU knows a PVH kernel, and where it enters: XEN_ELFNOTE_PHYS32_ENTRY of
 * Xen's public/elfnote.h. The processor is then in 32-bit protected mode, without paging. */
    .section .note.Xen, "a", @note
    .balign 4
    .long 4  /* length of the name, with its terminating zero */
    .long 8  /* length of the value */
    .long 18 /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .quad entry
