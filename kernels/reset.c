/* Resets the machine. Where QEMU lets that happen, it starts all over again. */
#include "console.h"
#include "machine.h"

void kernel_main(void)
{
    console_write_line("resetting");
    reset();
}
