/* Asks for a login on a line that never ends, and echoes what is typed, for ever. */
#include "console.h"

void kernel_main(void)
{
    console_write("login: ");
    for (;;)
        console_write_byte(console_read_byte());
}
