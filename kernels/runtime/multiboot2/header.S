/* The header by which a boot loader knows a Multiboot 2 kernel (Multiboot2 Specification 2.0,
 * section 3.1). It must lie within the first 32,768 bytes of the file. */
#define MULTIBOOT2_HEADER_MAGIC 0xe85250d6
#define ARCHITECTURE_I386 0
#define LENGTH (header_end - header)

    .section .multiboot, "a"
    .balign 8
header:
    .long MULTIBOOT2_HEADER_MAGIC
    .long ARCHITECTURE_I386
    .long LENGTH
    .long -(MULTIBOOT2_HEADER_MAGIC + ARCHITECTURE_I386 + LENGTH) /* the sum of all four is 0 */

    /* The tag that ends the list of wishes: type, flags, size. */
    .short 0
    .short 0
    .long 8
header_end:
