/* Says that it is idle, and then is: halted, with interrupts on, though none ever comes. */
#include "console.h"
#include "machine.h"

void kernel_main(void)
{
    console_write_line("idle");
    idle_forever();
}
