/* Text on top of the byte-wise serial driver of each architecture. */
#include "console.h"

void console_write(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            console_write_byte('\r');
        console_write_byte((uint8_t)*text);
    }
}

void console_write_line(const char *text)
{
    console_write(text);
    console_write("\n");
}

static void write_in_base(unsigned long number, unsigned base)
{
    char digits[24];
    unsigned start = sizeof digits - 1;
    digits[start] = '\0';
    do {
        digits[--start] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    console_write(&digits[start]);
}

void console_write_number(unsigned long number)
{
    write_in_base(number, 10);
}

void console_write_hexadecimal(unsigned long number)
{
    console_write("0x");
    write_in_base(number, 16);
}
