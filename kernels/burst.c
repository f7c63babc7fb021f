/* Sends 50,001 bytes without once asking the serial port whether it can take them: 5,000 lines of
 * ten bytes, "line 0000" to "line 4999", each ended by a line feed alone, and one more line feed.
 * The numbers show what is missing where something was lost. */
#include "console.h"

#define LINE_COUNT 5000

static void write_unpolled(const char *text)
{
    for (; *text != '\0'; text++)
        console_write_byte_unpolled((uint8_t)*text);
}

void kernel_main(void)
{
    for (unsigned number = 0; number < LINE_COUNT; number++) {
        write_unpolled("line ");
        for (unsigned divisor = 1000; divisor > 0; divisor /= 10)
            console_write_byte_unpolled((uint8_t)('0' + number / divisor % 10));
        write_unpolled("\n");
    }
    write_unpolled("\n");
}
