/* Reads options of the form "name=number" from the command line. */
#include "boot.h"

/* The text behind "name=" if the word at `word` is that option, or else a null pointer. */
static const char *option_value(const char *word, const char *name)
{
    while (*name != '\0' && *word == *name) {
        word++;
        name++;
    }
    return *name == '\0' && *word == '=' ? word + 1 : 0;
}

unsigned long command_line_number(const char *name, unsigned long fallback)
{
    const char *position = boot_command_line;
    while (*position != '\0') {
        const char *digit = option_value(position, name);
        if (digit != 0) {
            unsigned long number = 0;
            for (; *digit >= '0' && *digit <= '9'; digit++)
                number = number * 10 + (unsigned long)(*digit - '0');
            return number;
        }
        while (*position != '\0' && *position != ' ')
            position++;
        while (*position == ' ')
            position++;
    }
    return fallback;
}
