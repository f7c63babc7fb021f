/* Prints a thousand numbered lines on each of four serial ports, in turn, then a last one. The
 * lines for a port that the machine does not have are lost, and disturb nobody. */
#include "console.h"

#define PORT_COUNT 4
#define LINE_COUNT 1000

static void write_numbered(unsigned port, const char *text, unsigned long number)
{
    console_select(port);
    console_write("port ");
    console_write_number(port);
    console_write(text);
    console_write_number(number);
    console_write("\n");
}

void kernel_main(void)
{
    for (unsigned port = 0; port < PORT_COUNT; port++) {
        console_select(port);
        console_start();
    }
    for (unsigned long number = 0; number < LINE_COUNT; number++)
        for (unsigned port = 0; port < PORT_COUNT; port++)
            write_numbered(port, ": line ", number);
    for (unsigned port = 0; port < PORT_COUNT; port++)
        write_numbered(port, " is done after ", LINE_COUNT);
}
