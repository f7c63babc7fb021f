/* What a Multiboot 2 boot loader leaves in memory. */
#ifndef MULTIBOOT2_H
#define MULTIBOOT2_H

/* In EAX at the entry (Multiboot2 Specification 2.0, section 3.3). */
#define MULTIBOOT2_MAGIC 0x36d76289

/* Takes the command line and the modules out of the boot information. */
void multiboot2_read(const void *information);

#endif
