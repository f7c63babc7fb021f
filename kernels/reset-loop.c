/* A kernel that gets no further than its banner, and resets for ever: in the log it looks like
 * one that is always just about to start. */
#include "console.h"
#include "machine.h"

void kernel_main(void)
{
    console_write_line("Kernel 1.0 starting");
    console_write_line("initialising memory");
    reset();
}
