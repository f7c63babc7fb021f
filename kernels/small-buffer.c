/* Reads at once whatever arrives, as a driver does in its interrupt handler, into a buffer of 32
 * bytes, and echoes from there more slowly than bytes can come. What finds the buffer full is
 * dropped, as xv6 and many other kernels do. A line feed always finds room, and is answered with
 * how many bytes were dropped before it. */
#include "console.h"

#define BUFFER_SIZE 32
#define RESERVED_SIZE 32
/* Looks at the serial port for each byte that is echoed. */
#define LOOKS 1000

static uint8_t buffer[BUFFER_SIZE + RESERVED_SIZE];
static unsigned long written, read, dropped;

static void receive(void)
{
    if (!console_has_byte())
        return;
    uint8_t byte = console_read_byte();
    if (byte != '\n' && written - read >= BUFFER_SIZE)
        dropped++;
    else
        buffer[written++ % sizeof buffer] = byte;
}

void kernel_main(void)
{
    console_write_line("ready");
    for (;;) {
        for (int look = 0; look < LOOKS; look++)
            receive();
        if (read == written)
            continue;
        uint8_t byte = buffer[read++ % sizeof buffer];
        console_write_byte(byte);
        if (byte != '\n')
            continue;
        console_write("dropped: ");
        console_write_number(dropped);
        console_write("\n");
    }
}
