/* Asks the terminal for its size, as programs on a serial line do: moves the cursor further than
 * any screen reaches, and asks where it is (ECMA-48, 8.3.35: DSR; 8.3.14: CPR). */
#include "console.h"

/* Reads a number, and the character behind it. */
static unsigned read_number(void)
{
    unsigned number = 0;
    for (;;) {
        uint8_t byte = console_read_byte();
        if (byte < '0' || byte > '9')
            return number;
        number = number * 10 + (byte - '0');
    }
}

void kernel_main(void)
{
    console_write("\x1b[999;999H\x1b[6n");
    /* The answer is ESC [ row ; column R. */
    while (console_read_byte() != '[')
        continue;
    unsigned rows = read_number();
    unsigned columns = read_number();
    console_write("\x1b[H");
    console_write_number(columns);
    console_write(" columns, ");
    console_write_number(rows);
    console_write(" rows\n");
}
