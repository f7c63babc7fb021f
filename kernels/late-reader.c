/* Takes no input before some has come. Then, with "clear=1" on the command line, it sets up its
 * serial port anew, as many drivers do when they start, which loses what the port holds. */
#include "boot.h"
#include "console.h"

void kernel_main(void)
{
    console_write_line("starting");
    while (!console_has_byte())
        __asm__ volatile("pause");
    if (command_line_number("clear", 0) != 0)
        console_start();
    console_write("ready: ");
    for (;;)
        console_write_byte(console_read_byte());
}
