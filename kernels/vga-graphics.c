/* Shows a picture: bars of sixteen colours, and a box that comes in from the left and then rests.
 * Graphics are switched on through the Bochs VBE registers of QEMU's adapter (docs/specs/vga). */
#include <stdint.h>

#include "machine.h"
#include "port.h"

#define VBE_INDEX 0x1ce
#define VBE_DATA 0x1cf
enum { WIDTH_REGISTER = 1, HEIGHT_REGISTER, DEPTH_REGISTER, ENABLE_REGISTER };
#define WIDTH 320
#define HEIGHT 200
#define ENABLED 1

#define PALETTE_INDEX 0x3c8
#define PALETTE_DATA 0x3c9
#define PIXELS ((volatile uint8_t *)0xa0000)

#define BOX_SIDE 40
#define BOX_TOP 80
#define BOX_REST 200
#define STEP 4
#define WHITE 15

static void set(uint16_t index, uint16_t value)
{
    port_write_word(VBE_INDEX, index);
    port_write_word(VBE_DATA, value);
}

static void draw_bars(unsigned left, unsigned right)
{
    for (unsigned row = 0; row < HEIGHT; row++)
        for (unsigned column = left; column < right; column++)
            PIXELS[row * WIDTH + column] = (uint8_t)(column / (WIDTH / 16));
}

static void draw_box(unsigned left)
{
    for (unsigned row = BOX_TOP; row < BOX_TOP + BOX_SIDE; row++)
        for (unsigned column = left; column < left + BOX_SIDE; column++)
            PIXELS[row * WIDTH + column] = WHITE;
}

void kernel_main(void)
{
    set(ENABLE_REGISTER, 0);
    set(WIDTH_REGISTER, WIDTH);
    set(HEIGHT_REGISTER, HEIGHT);
    set(DEPTH_REGISTER, 8);
    set(ENABLE_REGISTER, ENABLED);
    port_write_byte(PALETTE_INDEX, 0);
    for (unsigned color = 0; color < 16; color++)
        for (unsigned channel = 0; channel < 3; channel++)
            port_write_byte(PALETTE_DATA, color >> channel & 1 ? (color & 8 ? 63 : 40) : 0);
    draw_bars(0, WIDTH);
    for (unsigned left = 0; left <= BOX_REST; left += STEP) {
        draw_box(left);
        for (unsigned count = 0; count < 20000; count++)
            (void)port_read_byte(0x80);
        if (left < BOX_REST)
            draw_bars(left, left + STEP);
    }
    halt_forever();
}
