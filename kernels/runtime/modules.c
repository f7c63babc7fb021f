/* The boot modules, which the code that knows the boot protocol puts here one by one. */
#include "boot.h"

struct boot_module boot_modules[BOOT_MODULES_LIMIT];
unsigned boot_module_count;

void boot_add_module(const char *start, unsigned long size_bytes, const char *command_line)
{
    if (boot_module_count == BOOT_MODULES_LIMIT)
        return;
    struct boot_module *module = &boot_modules[boot_module_count++];
    module->start = start;
    module->size_bytes = size_bytes;
    module->command_line = command_line;
}
