/* The first 16550 UART of the Malta board, at the I/O port of a PC's COM1, which its bridge has in
 * memory at 0x18000000; from 0xa0000000 up memory is as it is, and not cached. */
#include "ns16550.h"

#define UART ((volatile uint8_t *)0xb80003f8)

uint8_t ns16550_read(unsigned offset)
{
    return UART[offset];
}

void ns16550_write(unsigned offset, uint8_t value)
{
    UART[offset] = value;
}

void ns16550_rest(void)
{
}
