/* Switches the machine off. */
#include "console.h"
#include "machine.h"

void kernel_main(void)
{
    console_write_line("switching off");
    power_off();
}
