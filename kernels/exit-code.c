/* Ends QEMU through the exit device, with the status that the command line asks for:
 * -append exit=49. Without that option the status is 0. On x86, QEMU's process then ends with
 * exit code (status << 1) | 1, so 49 becomes 99, and a status of 0 becomes 1; elsewhere with 49. */
#include "boot.h"
#include "console.h"
#include "machine.h"

void kernel_main(void)
{
    unsigned long status = command_line_number("exit", 0);
    console_write("exiting with status ");
    console_write_number(status);
    console_write("\n");
    exit_with((uint8_t)status);
}
