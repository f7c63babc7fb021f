/* Panics as Linux does with "panic=1" or less on its command line: says so, then resets. To who
 * looks at nothing but QEMU's exit code, that is a clean ending. */
#include "console.h"
#include "machine.h"

__attribute__((noinline)) static void panic(const char *reason)
{
    console_write("Kernel panic - not syncing: ");
    console_write_line(reason);
    reset();
}

void kernel_main(void)
{
    console_write_line("looking for init");
    panic("No working init found.");
}
