/* The header by which a boot loader knows a Multiboot 1 kernel (Multiboot Specification 0.6.96,
 * section 3.1). It must lie within the first 8,192 bytes of the file. */
#define MULTIBOOT_HEADER_MAGIC 0x1badb002
#define WANTS_MEMORY_INFORMATION (1 << 1)

    .section .multiboot, "a"
    .balign 4
    .long MULTIBOOT_HEADER_MAGIC
    .long WANTS_MEMORY_INFORMATION
    .long -(MULTIBOOT_HEADER_MAGIC + WANTS_MEMORY_INFORMATION) /* the sum of all three is 0 */
