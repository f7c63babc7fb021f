/* Shows on the screen how a PS/2 mouse has moved, and which of its buttons are pressed. */
#include <stdint.h>

#include "port.h"
#include "screen.h"

#define DATA 0x60
#define STATUS 0x64
#define OUTPUT_FULL 0x01
#define INPUT_FULL 0x02
#define ENABLE_MOUSE 0xa8
#define TO_MOUSE 0xd4
#define SEND_MOVEMENTS 0xf4
#define ACKNOWLEDGED 0xfa
#define FIRST_BYTE 0x08

static void command(uint8_t byte)
{
    while (port_read_byte(STATUS) & INPUT_FULL)
        __asm__ volatile("pause");
    port_write_byte(STATUS, byte);
}

static uint8_t read_byte(void)
{
    while ((port_read_byte(STATUS) & OUTPUT_FULL) == 0)
        __asm__ volatile("pause");
    return port_read_byte(DATA);
}

void kernel_main(void)
{
    long right = 0, down = 0;
    screen_clear();
    command(ENABLE_MOUSE);
    command(TO_MOUSE);
    port_write_byte(DATA, SEND_MOVEMENTS);
    while (read_byte() != ACKNOWLEDGED)
        ;
    screen_write(0, 0, BLACK_ON_GREY, "Move the mouse");
    for (;;) {
        uint8_t flags = read_byte();
        if ((flags & FIRST_BYTE) == 0)
            continue;
        right += (int8_t)read_byte();
        down -= (int8_t)read_byte();
        screen_write(1, 0, GREY_ON_BLACK, "right       down       buttons");
        screen_write_number(1, 6, right);
        screen_write_number(1, 17, down);
        screen_write_number(1, 31, flags & 7);
    }
}
