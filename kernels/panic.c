/* Finds that it cannot go on, says so, and halts with interrupts off. */
#include "console.h"
#include "machine.h"

__attribute__((noinline)) static void panic(const char *reason)
{
    console_write("Kernel panic: ");
    console_write_line(reason);
    halt_forever();
}

void kernel_main(void)
{
    console_write_line("looking for init");
    panic("no init found");
}
