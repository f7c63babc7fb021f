/* A boot menu as on a terminal: drawn once with cursor addressing, the choice marked by inverse
 * video. j and k or the arrow keys move, Enter boots, q switches off. Sequences as in ECMA-48. */
#include "console.h"
#include "machine.h"

#define ENTRIES 3
#define FIRST_ROW 4
#define ESCAPE 0x1b

static const char *const entries[ENTRIES] = {"Boot from disk", "Boot from network", "Set-up"};

/* The first row and column of a screen are 1. */
static void move_to(unsigned row, unsigned column)
{
    console_write("\x1b[");
    console_write_number(row);
    console_write(";");
    console_write_number(column);
    console_write("H");
}

static void draw_entry(unsigned entry, int is_chosen)
{
    move_to(FIRST_ROW + entry, 5);
    console_write(is_chosen ? "\x1b[7m" : "\x1b[0m");
    console_write(entries[entry]);
    console_write("\x1b[0m");
}

/* An arrow key sends ESC [ A (up) or ESC [ B (down). */
static uint8_t read_key(void)
{
    uint8_t key = console_read_byte();
    if (key != ESCAPE || console_read_byte() != '[')
        return key;
    return console_read_byte() == 'A' ? 'k' : 'j';
}

void kernel_main(void)
{
    unsigned chosen = 0;
    console_write("\x1b[2J");
    move_to(2, 5);
    console_write("\x1b[1mWhat shall it be?\x1b[0m");
    for (unsigned entry = 0; entry < ENTRIES; entry++)
        draw_entry(entry, entry == chosen);
    for (;;) {
        uint8_t key = read_key();
        draw_entry(chosen, 0);
        if (key == 'j' && chosen < ENTRIES - 1)
            chosen++;
        if (key == 'k' && chosen > 0)
            chosen--;
        draw_entry(chosen, 1);
        if (key == 'q')
            power_off();
        if (key == '\r')
            break;
    }
    console_write("\x1b[2J\x1b[H");
    console_write(entries[chosen]);
    console_write(" ...\n");
}
