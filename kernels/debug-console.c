/* Prints one line on the debug console and another on the serial console, which are not the same
 * device: QEMU shows the first one with -debugcon. */
#include "console.h"

void kernel_main(void)
{
    for (const char *text = "Hello from the debug console\n"; *text != '\0'; text++)
        debug_console_write_byte((uint8_t)*text);
    console_write_line("Hello from the serial console");
}
