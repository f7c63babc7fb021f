/* Text memory of the VGA adapter: two bytes for each character, its code and its attribute. */
#include "screen.h"

#include "port.h"

#define CELLS ((volatile uint16_t *)0xb8000)
#define NUMBER_COLUMNS 5

#define CRTC_INDEX 0x3d4
#define CRTC_DATA 0x3d5
#define CURSOR_START 0x0a
#define CURSOR_OFF 0x20

static void put(unsigned row, unsigned column, uint8_t attribute, char character)
{
    if (row < SCREEN_ROWS && column < SCREEN_COLUMNS)
        CELLS[row * SCREEN_COLUMNS + column] = (uint16_t)(attribute << 8 | (uint8_t)character);
}

void screen_clear(void)
{
    for (unsigned row = 0; row < SCREEN_ROWS; row++)
        for (unsigned column = 0; column < SCREEN_COLUMNS; column++)
            put(row, column, GREY_ON_BLACK, ' ');
    port_write_byte(CRTC_INDEX, CURSOR_START);
    port_write_byte(CRTC_DATA, CURSOR_OFF);
}

void screen_write(unsigned row, unsigned column, uint8_t attribute, const char *text)
{
    for (; *text != '\0'; text++)
        put(row, column++, attribute, *text);
}

void screen_write_number(unsigned row, unsigned column, long number)
{
    unsigned long rest = number < 0 ? -(unsigned long)number : (unsigned long)number;
    for (unsigned place = NUMBER_COLUMNS; place > 0; place--) {
        char digit = rest != 0 || place == NUMBER_COLUMNS ? (char)('0' + rest % 10) : ' ';
        if (rest == 0 && digit == ' ' && number < 0) {
            digit = '-';
            number = 0;
        }
        put(row, column + place - 1, GREY_ON_BLACK, digit);
        rest /= 10;
    }
}
