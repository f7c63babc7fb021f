/* Draws on the text screen of a VGA adapter and says nothing on the serial port, as most first
 * kernels do: a title, a countdown in place from "seconds" on (1), and a last line. "panic=1" makes
 * that a panic, and "panic=2" switches the machine off after it. */
#include "boot.h"
#include "machine.h"
#include "screen.h"

void kernel_main(void)
{
    screen_clear();
    screen_write(0, 0, BLACK_ON_GREY, " First OS ");
    screen_write(2, 4, GREY_ON_BLACK, "ready in   s");
    for (unsigned seconds = command_line_number("seconds", 1); seconds > 0; seconds--) {
        char digit[] = { (char)('0' + seconds), '\0' };
        screen_write(2, 13, YELLOW_ON_BLUE, digit);
        wait_seconds(1);
    }
    screen_write(2, 4, GREY_ON_BLACK, "            ");
    if (command_line_number("panic", 0) != 0)
        screen_write(4, 0, GREY_ON_BLACK, "Kernel panic: no init found");
    else
        screen_write(4, 0, GREY_ON_BLACK, "\xc9\xcd Ready. \xcd\xbb");
    if (command_line_number("panic", 0) == 2)
        power_off();
    halt_forever();
}
