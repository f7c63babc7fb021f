/* How this kernel was started: what the boot loader handed over, in neutral words. */
#ifndef BOOT_H
#define BOOT_H

/* Each kernel defines this one function. When it returns, the runtime calls halt_forever(). */
void kernel_main(void);

/* "x86_64", "i386", ... */
extern const char *const boot_architecture;

/* "PVH", "Multiboot", "Multiboot 2", ...: found out at run time from what the boot loader left in
 * memory. */
extern const char *boot_protocol;

/* The command line: QEMU's -append. Multiboot puts the path of the kernel in front of it.
 * Never a null pointer. */
extern const char *boot_command_line;

/* A file that the boot loader has put into memory; its string is never a null pointer. */
struct boot_module {
    const char *start;
    unsigned long size_bytes;
    const char *command_line;
};
#define BOOT_MODULES_LIMIT 8
extern struct boot_module boot_modules[BOOT_MODULES_LIMIT];
extern unsigned boot_module_count;

/* For the runtime, before kernel_main(). Modules beyond the limit are left out. */
void boot_add_module(const char *start, unsigned long size_bytes, const char *command_line);

/* The number after "name=" on the command line, or `fallback` if the name is not there. */
unsigned long command_line_number(const char *name, unsigned long fallback);

#endif
