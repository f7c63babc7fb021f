/* Counts down in one place, by carriage return, as boot loaders do. It does so when a key is
 * pressed and without a pause, so that each number is on the screen for an instant only. */
#include "console.h"

void kernel_main(void)
{
    console_write("press a key");
    console_read_byte();
    for (unsigned number = 10; number > 0; number--) {
        console_write("\rbooting in ");
        console_write_number(number);
        console_write(" s ");
    }
    console_write("\rbooting        \n");
}
