/* Prints numbered lines for ever, as fast as the serial port takes them. */
#include "console.h"

void kernel_main(void)
{
    for (unsigned long number = 0;; number++) {
        console_write("flood ");
        console_write_number(number);
        console_write("\n");
    }
}
