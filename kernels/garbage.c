/* Sends every byte value once, in order, between two lines of text: control characters, escape,
 * and bytes that are no UTF-8. */
#include "console.h"

void kernel_main(void)
{
    console_write_line("garbage begins");
    for (unsigned value = 0; value <= 255; value++)
        console_write_byte((uint8_t)value);
    console_write_line("");
    console_write_line("garbage ends");
}
