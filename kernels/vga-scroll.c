/* Prints numbered lines on a VGA text screen and scrolls by moving its start (CRT controller,
 * registers 0x0c and 0x0d), as Linux does: text memory keeps what has left the screen, and where it
 * ends the screen is copied to its beginning. The cursor stays on, and blinks.
 * "lines=40" is how many; "mark=65" writes that character where the cursor is; "away=1" moves the
 * start behind all that was written; "dark=1" shows grey as black; "idle=1" lives on. "busy=1"
 * moves the cursor for ever, and says on the serial port at each byte from there whether the
 * registers were as it has written them; "q" switches off. */
#include "boot.h"
#include "console.h"
#include "machine.h"
#include "port.h"
#include "screen.h"

#define CELLS ((volatile uint16_t *)0xb8000)
#define MEMORY_CELLS 0x4000
#define SCREEN_CELLS (SCREEN_COLUMNS * SCREEN_ROWS)
#define LINES_LIMIT 10000

#define CRTC_INDEX 0x3d4
#define CRTC_DATA 0x3d5
#define ATTRIBUTE_RESET 0x3da
#define ATTRIBUTE 0x3c0
#define ATTRIBUTE_SHOW 0x20
enum { START_HIGH = 0x0c, START_LOW, CURSOR_HIGH, CURSOR_LOW };

static unsigned screen_start;
static unsigned row;

static void set_register(uint8_t index, uint8_t value)
{
    port_write_byte(CRTC_INDEX, index);
    port_write_byte(CRTC_DATA, value);
}

static void move_cursor(unsigned column)
{
    unsigned cell = screen_start + row * SCREEN_COLUMNS + column;
    set_register(CURSOR_HIGH, (uint8_t)(cell >> 8));
    set_register(CURSOR_LOW, (uint8_t)cell);
}

static void blank_row(unsigned cell)
{
    for (unsigned column = 0; column < SCREEN_COLUMNS; column++)
        CELLS[cell + column] = GREY_ON_BLACK << 8 | ' ';
}

static void show_from(unsigned cell)
{
    screen_start = cell;
    set_register(START_HIGH, (uint8_t)(screen_start >> 8));
    set_register(START_LOW, (uint8_t)screen_start);
}

static void scroll(void)
{
    unsigned next = screen_start + SCREEN_COLUMNS;
    if (next + SCREEN_CELLS > MEMORY_CELLS) {
        for (unsigned cell = 0; cell < SCREEN_CELLS - SCREEN_COLUMNS; cell++)
            CELLS[cell] = CELLS[next + cell];
        next = 0;
    }
    blank_row(next + SCREEN_CELLS - SCREEN_COLUMNS);
    show_from(next);
}

static void print(unsigned column, const char *text)
{
    for (; *text != '\0'; text++, column++)
        CELLS[screen_start + row * SCREEN_COLUMNS + column] =
            (uint16_t)(GREY_ON_BLACK << 8 | (uint8_t)*text);
    move_cursor(column);
}

static void new_line(void)
{
    if (row + 1 < SCREEN_ROWS)
        row++;
    else
        scroll();
}

static void print_line(unsigned number)
{
    char text[] = "line     0";
    for (char *digit = text + sizeof(text) - 2; number != 0; number /= 10)
        *digit-- = (char)('0' + number % 10);
    print(0, text);
    new_line();
}

static void show_grey_as_black(void)
{
    port_read_byte(ATTRIBUTE_RESET);
    port_write_byte(ATTRIBUTE, GREY_ON_BLACK);
    port_write_byte(ATTRIBUTE, 0);
    port_write_byte(ATTRIBUTE, ATTRIBUTE_SHOW);
}

/* Whoever looks from outside must find the registers, and leave the index, as they were. */
static _Noreturn void move_for_ever(void)
{
    unsigned long wrong = 0;
    for (unsigned column = 0;; column = (column + 1) % SCREEN_COLUMNS) {
        unsigned cell = screen_start + row * SCREEN_COLUMNS + column;
        move_cursor(column);
        wrong += port_read_byte(CRTC_DATA) != (uint8_t)cell;
        port_write_byte(CRTC_INDEX, CURSOR_HIGH);
        wrong += port_read_byte(CRTC_DATA) != (uint8_t)(cell >> 8);
        wrong += port_read_byte(CRTC_INDEX) != CURSOR_HIGH;
        port_write_byte(CRTC_INDEX, START_LOW);
        wrong += port_read_byte(CRTC_DATA) != (uint8_t)screen_start;
        if (console_has_byte()) {
            if (console_read_byte() == 'q')
                power_off();
            console_write(wrong == 0 ? "all as written\r\n" : "something else was there\r\n");
            wrong = 0;
        }
    }
}

void kernel_main(void)
{
    unsigned long lines = command_line_number("lines", 40);
    for (unsigned cell = 0; cell < SCREEN_CELLS; cell += SCREEN_COLUMNS)
        blank_row(cell);
    for (unsigned number = 1; number <= lines && number <= LINES_LIMIT; number++)
        print_line(number);
    print(0, "> ");
    char mark[] = { (char)command_line_number("mark", ' '), '\0' };
    print(2, mark);
    move_cursor(2);
    if (command_line_number("away", 0) != 0)
        show_from(screen_start + SCREEN_CELLS);
    if (command_line_number("dark", 0) != 0)
        show_grey_as_black();
    if (command_line_number("busy", 0) != 0)
        move_for_ever();
    if (command_line_number("idle", 0) != 0)
        idle_forever();
    halt_forever();
}
