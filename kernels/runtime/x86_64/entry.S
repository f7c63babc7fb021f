/* The first instructions of the kernel: from 32-bit protected mode, as PVH and Multiboot leave
 * the processor, to 64-bit long mode and C (Intel SDM volume 3, "Initializing IA-32e Mode"). */
#define CR4_PHYSICAL_ADDRESS_EXTENSION (1 << 5)
#define CR0_PAGING (1 << 31)
#define EXTENDED_FEATURE_REGISTER 0xc0000080
#define LONG_MODE_ENABLE (1 << 8)
#define CODE_SEGMENT 0x08
#define DATA_SEGMENT 0x10

    .text
    .code32
    .global entry
entry:
    cli
    cld
    mov $stack_top, %esp

    /* The two values of the boot loader, where a C function takes its arguments. */
    mov %eax, %edi
    mov %ebx, %esi

    mov $page_tables, %eax
    mov %eax, %cr3
    mov %cr4, %eax
    or $CR4_PHYSICAL_ADDRESS_EXTENSION, %eax
    mov %eax, %cr4

    mov $EXTENDED_FEATURE_REGISTER, %ecx
    rdmsr
    or $LONG_MODE_ENABLE, %eax
    wrmsr

    mov %cr0, %eax
    or $CR0_PAGING, %eax
    mov %eax, %cr0

    lgdt descriptor_table_register
    ljmp $CODE_SEGMENT, $enter_long_mode

    .code64
enter_long_mode:
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
    .quad 0x00af9b000000ffff /* code: 64-bit, readable, privilege level 0 */
    .quad 0x00cf93000000ffff /* data: writable, privilege level 0 */
descriptor_table_end:

descriptor_table_register:
    .word descriptor_table_end - descriptor_table - 1
    .quad descriptor_table

no_interrupt_descriptors:
    .word 0
    .quad 0

    .bss
    .balign 16
    .skip 16384
stack_top:
