/* The first instructions of the kernel: Multiboot leaves the processor in 32-bit protected mode
 * without paging; this adds a stack and our own segments, and goes on in C. */
#define CODE_SEGMENT 0x08
#define DATA_SEGMENT 0x10

    .text
    .global entry
entry:
    cli
    cld
    mov $stack_top, %esp

    /* The two values of the boot loader, where a C function takes its arguments. */
    push %ebx
    push %eax

    lgdt descriptor_table_register
    ljmp $CODE_SEGMENT, $load_data_segments

load_data_segments:
    mov $DATA_SEGMENT, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %fs
    mov %eax, %gs
    mov %eax, %ss

    /* No interrupt descriptors: an exception that nobody catches is a triple fault right away,
     * and not a jump through a table that the firmware has left behind. */
    lidt no_interrupt_descriptors

    /* A frame pointer of zero is where a backtrace ends. */
    xor %ebp, %ebp
    call start

    .section .rodata
    .balign 8
descriptor_table:
    .quad 0
    .quad 0x00cf9b000000ffff /* code: 32-bit, readable, privilege level 0 */
    .quad 0x00cf93000000ffff /* data: writable, privilege level 0 */
descriptor_table_end:

descriptor_table_register:
    .word descriptor_table_end - descriptor_table - 1
    .long descriptor_table

no_interrupt_descriptors:
    .word 0
    .long 0

    .bss
    .balign 16
    .skip 16384
stack_top:
