/* Driver for the first 16550 UART of the Malta board, at the I/O port of a PC's COM1, which its
 * bridge has in memory at 0x18000000; from 0xa0000000 up memory is as it is, and not cached. */
#include "console.h"

#define REGISTER(offset) (*(volatile uint8_t *)(0xb80003f8 + (offset)))
#define DATA REGISTER(0)
#define LINE_CONTROL REGISTER(3)
#define LINE_STATUS REGISTER(5)
#define EIGHT_BITS_NO_PARITY_ONE_STOP_BIT 0x03
#define DATA_READY 0x01
#define TRANSMITTER_EMPTY 0x20

void console_start(void)
{
    LINE_CONTROL = EIGHT_BITS_NO_PARITY_ONE_STOP_BIT;
}

void console_write_byte(uint8_t byte)
{
    while ((LINE_STATUS & TRANSMITTER_EMPTY) == 0)
        ;
    DATA = byte;
}

int console_has_byte(void)
{
    return (LINE_STATUS & DATA_READY) != 0;
}

uint8_t console_read_byte(void)
{
    while (!console_has_byte())
        ;
    return DATA;
}
