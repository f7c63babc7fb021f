/* A line editor on the serial console. The prompt does not end its line; what is typed is
 * echoed, backspace deletes, Enter answers "you said: ...", and "quit" switches the machine off. */
#include "console.h"
#include "machine.h"

#define LINE_LIMIT 80
#define BACKSPACE 0x08
#define DELETE 0x7f

/* Reads one line into `line`, without its end. What goes beyond the limit is not taken. */
static void read_line(char line[LINE_LIMIT + 1])
{
    static uint8_t previous;
    unsigned length = 0;
    for (;;) {
        uint8_t byte = console_read_byte();
        int second_half_of_line_end = byte == '\n' && previous == '\r';
        previous = byte;
        if (second_half_of_line_end)
            continue;
        if (byte == '\r' || byte == '\n') {
            console_write("\n");
            line[length] = '\0';
            return;
        }
        if (byte == BACKSPACE || byte == DELETE) {
            if (length > 0) {
                length--;
                console_write("\b \b");
            }
        } else if (length < LINE_LIMIT) {
            line[length++] = (char)byte;
            console_write_byte(byte);
        }
    }
}

static int same_text(const char *left, const char *right)
{
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

void kernel_main(void)
{
    char line[LINE_LIMIT + 1];
    for (;;) {
        console_write("> ");
        read_line(line);
        if (same_text(line, "quit"))
            power_off();
        console_write("you said: ");
        console_write_line(line);
    }
}
