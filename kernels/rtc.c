/* Prints the date and time of the real-time clock of a PC, the MC146818, and switches off. Time is
 * in UTC, as QEMU keeps it, and the century is where QEMU and most firmware have it. */
#include "console.h"
#include "machine.h"
#include "port.h"

#define INDEX 0x70
#define VALUE 0x71

enum { SECOND = 0, MINUTE = 2, HOUR = 4, DAY = 7, MONTH = 8, YEAR = 9, CENTURY = 0x32 };
enum { STATUS_A = 0x0a, STATUS_A_UPDATING = 0x80, STATUS_B = 0x0b, STATUS_B_BINARY = 0x04 };

static const uint8_t registers[] = { CENTURY, YEAR, MONTH, DAY, HOUR, MINUTE, SECOND };
static const char *const before[] = { "", "", "-", "-", "T", ":", ":" };
#define FIELDS (sizeof registers / sizeof *registers)

static uint8_t read_register(uint8_t number)
{
    port_write_byte(INDEX, number);
    return port_read_byte(VALUE);
}

static void read_clock(uint8_t fields[FIELDS])
{
    while (read_register(STATUS_A) & STATUS_A_UPDATING)
        ;
    for (unsigned field = 0; field < FIELDS; field++)
        fields[field] = read_register(registers[field]);
}

static int are_equal(const uint8_t one[FIELDS], const uint8_t other[FIELDS])
{
    for (unsigned field = 0; field < FIELDS; field++)
        if (one[field] != other[field])
            return 0;
    return 1;
}

void kernel_main(void)
{
    uint8_t fields[FIELDS], again[FIELDS];
    /* An update may begin while the registers are read, and then they are of two moments. */
    do {
        read_clock(fields);
        read_clock(again);
    } while (!are_equal(fields, again));
    int is_binary = (read_register(STATUS_B) & STATUS_B_BINARY) != 0;
    for (unsigned field = 0; field < FIELDS; field++) {
        unsigned base = is_binary ? 10 : 16;
        console_write(before[field]);
        console_write_number(fields[field] / base);
        console_write_number(fields[field] % base);
    }
    console_write("\n");
    power_off();
}
