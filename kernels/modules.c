/* Says how it was started, and with what: its command line, and each boot module with the string
 * that came with it and its first line. It ends halted. */
#include "boot.h"
#include "console.h"

static void write_first_line(const struct boot_module *module)
{
    for (unsigned long at = 0; at < module->size_bytes && module->start[at] != '\n'; at++)
        console_write_byte((uint8_t)module->start[at]);
}

void kernel_main(void)
{
    console_write("Started by ");
    console_write_line(boot_protocol);
    console_write("command line: [");
    console_write(boot_command_line);
    console_write_line("]");
    for (unsigned index = 0; index < boot_module_count; index++) {
        console_write("module [");
        console_write(boot_modules[index].command_line);
        console_write("]: ");
        write_first_line(&boot_modules[index]);
        console_write_line("");
    }
    console_write_line("That is all");
}
