/* Reads as many bytes as it is told, in bursts, and answers with their CRC-32: it takes what the
 * serial port holds, does something else for a while, and comes back. "fifo=0" on the command line
 * switches the FIFO of the serial port off, so that it holds one byte. */
#include "boot.h"
#include "console.h"

#define BUSY_ROUNDS 2000

/* The number that the digits of a line make. */
static unsigned long read_number(void)
{
    unsigned long number = 0;
    for (;;) {
        uint8_t byte = console_read_byte();
        if (byte == '\r')
            return number;
        number = number * 10 + (unsigned long)(byte - '0');
    }
}

/* One step of the CRC-32 of IEEE 802.3, with its bits reflected. */
static uint32_t add_to_crc(uint32_t crc, uint8_t byte)
{
    crc ^= byte;
    for (int bit = 0; bit < 8; bit++)
        crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
    return crc;
}

static void be_busy(void)
{
    for (volatile unsigned round = 0; round < BUSY_ROUNDS; round++)
        ;
}

void kernel_main(void)
{
    console_use_receive_fifo(command_line_number("fifo", 1) != 0);
    for (;;) {
        console_write("how many bytes? ");
        unsigned long count = read_number();
        console_write_line("go");
        uint32_t crc = 0xffffffff;
        for (unsigned long index = 0; index < count; index++) {
            while (!console_has_byte())
                be_busy();
            crc = add_to_crc(crc, console_read_byte());
        }
        console_write("crc ");
        console_write_hexadecimal(crc ^ 0xffffffff);
        console_write("\n");
    }
}
