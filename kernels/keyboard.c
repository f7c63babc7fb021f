/* Shows on the screen what is typed on a PS/2 keyboard with the US layout; Enter begins a new row,
 * and Ctrl-Alt-Delete resets. */
#include <stdint.h>

#include "machine.h"
#include "port.h"
#include "screen.h"

#define DATA 0x60
#define STATUS 0x64
#define OUTPUT_FULL 0x01

/* Scan codes of set 1 (IBM PC AT), which the controller translates to. */
static const char plain[] =
    "\0\0331234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] =
    "\0\033!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";
enum { RELEASED = 0x80, CONTROL = 0x1d, LEFT_SHIFT = 0x2a, RIGHT_SHIFT = 0x36, ALT = 0x38 };
enum { DELETE = 0x53, EXTENDED = 0xe0 };

static uint8_t read_scan_code(void)
{
    while ((port_read_byte(STATUS) & OUTPUT_FULL) == 0)
        __asm__ volatile("pause");
    return port_read_byte(DATA);
}

void kernel_main(void)
{
    int shift = 0, control = 0, alt = 0;
    unsigned row = 1, column = 0;
    screen_clear();
    screen_write(0, 0, BLACK_ON_GREY, "Type:");
    for (;;) {
        uint8_t code = read_scan_code();
        int pressed = (code & RELEASED) == 0;
        uint8_t key = code & (uint8_t)~RELEASED;
        if (code == EXTENDED)
            continue;
        if (key == LEFT_SHIFT || key == RIGHT_SHIFT)
            shift = pressed;
        else if (key == CONTROL)
            control = pressed;
        else if (key == ALT)
            alt = pressed;
        else if (key == DELETE && pressed && control && alt)
            reset();
        else if (pressed && key < sizeof plain - 1) {
            char character[] = { shift ? shifted[key] : plain[key], '\0' };
            if (character[0] == '\n' || column == SCREEN_COLUMNS) {
                row++;
                column = 0;
            }
            if (character[0] >= ' ')
                screen_write(row, column++, GREY_ON_BLACK, character);
        }
    }
}
