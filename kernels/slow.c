/* Prints a line, says nothing for two seconds, and prints another one. */
#include "console.h"
#include "machine.h"

void kernel_main(void)
{
    console_write_line("before the silence");
    wait_seconds(2);
    console_write_line("after the silence");
}
