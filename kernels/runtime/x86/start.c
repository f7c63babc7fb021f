/* From the assembly entry to kernel_main(): what the boot loader left, put into neutral words. */
#include <stdint.h>

#include "boot.h"
#include "console.h"
#include "machine.h"
#include "multiboot2.h"

/* In EAX at the entry (Multiboot Specification 0.6.96, section 3.2). */
#define MULTIBOOT_MAGIC 0x2badb002

/* Section 3.3; bit 2 of `flags` says that `command_line` is valid. */
struct multiboot_information {
    uint32_t flags;
    uint32_t memory_lower, memory_upper;
    uint32_t boot_device;
    uint32_t command_line;
    uint32_t module_count;
    uint32_t modules;
};
#define MULTIBOOT_HAS_COMMAND_LINE (1u << 2)
#define MULTIBOOT_HAS_MODULES (1u << 3)
struct multiboot_module {
    uint32_t start, end;
    uint32_t command_line;
    uint32_t reserved;
};

/* Xen's public/arch-x86/hvm/start_info.h. */
#define PVH_MAGIC 0x336ec578
struct pvh_start_information {
    uint32_t magic, version, flags, module_count;
    uint64_t module_list;
    uint64_t command_line;
};

#ifdef __x86_64__
const char *const boot_architecture = "x86_64";
#else
const char *const boot_architecture = "i386";
#endif
const char *boot_protocol = "unknown protocol";
const char *boot_command_line = "";

static void read_multiboot_modules(const struct multiboot_information *information)
{
    const struct multiboot_module *module = (const void *)(uintptr_t)information->modules;
    for (uint32_t index = 0; index < information->module_count; index++, module++)
        boot_add_module((const char *)(uintptr_t)module->start, module->end - module->start,
                        (const char *)(uintptr_t)module->command_line);
}

/* Called by entry.S with what EAX and EBX held when the boot loader jumped there. */
_Noreturn void start(uint32_t magic, uint32_t information_address)
{
    const void *information = (const void *)(uintptr_t)information_address;
    const struct multiboot_information *multiboot = information;
    const struct pvh_start_information *pvh = information;
    uintptr_t command_line = 0;

    /* PVH first: qboot, the firmware of microvm, puts the magic number of Multiboot into EAX even
     * when it starts a PVH kernel. */
    if (pvh->magic == PVH_MAGIC) {
        boot_protocol = "PVH";
        command_line = (uintptr_t)pvh->command_line;
    } else if (magic == MULTIBOOT_MAGIC) {
        boot_protocol = "Multiboot";
        if (multiboot->flags & MULTIBOOT_HAS_COMMAND_LINE)
            command_line = multiboot->command_line;
        if (multiboot->flags & MULTIBOOT_HAS_MODULES)
            read_multiboot_modules(multiboot);
    } else if (magic == MULTIBOOT2_MAGIC) {
        boot_protocol = "Multiboot 2";
        multiboot2_read(information);
    }
    if (command_line != 0)
        boot_command_line = (const char *)command_line;

    console_start();
    kernel_main();
    halt_forever();
}
