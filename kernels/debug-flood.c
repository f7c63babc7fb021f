/* Prints numbered lines on the debug console for ever. Unlike a serial port, the debug console
 * never says that it is busy: the processor stands still until a byte has been taken. */
#include "console.h"

static void write_text(const char *text)
{
    for (; *text != '\0'; text++)
        debug_console_write_byte((uint8_t)*text);
}

void kernel_main(void)
{
    for (unsigned long number = 0;; number++) {
        write_text("debug ");
        for (unsigned long divisor = 100000000; divisor > 0; divisor /= 10)
            debug_console_write_byte((uint8_t)('0' + number / divisor % 10));
        write_text("\n");
    }
}
