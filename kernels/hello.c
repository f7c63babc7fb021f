/* Says hello, and what it is, and ends as a polite kernel does: halted. */
#include "boot.h"
#include "console.h"

void kernel_main(void)
{
    console_write("Hello from ");
    console_write(boot_architecture);
    console_write(" (");
    console_write(boot_protocol);
    console_write_line(")");
}
