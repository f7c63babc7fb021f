/* Driver for the 16550 UART, which PCs have, and many boards that are none.
 * Registers as in the National Semiconductor PC16550D data sheet, section 8. */
#include "console.h"

#include "ns16550.h"

#define DATA 0             /* with DIVISOR_LATCH set: low byte of the divisor */
#define INTERRUPT_ENABLE 1 /* with DIVISOR_LATCH set: high byte of the divisor */
#define FIFO_CONTROL 2
#define LINE_CONTROL 3
#define MODEM_CONTROL 4
#define LINE_STATUS 5

#define DIVISOR_LATCH 0x80
#define EIGHT_BITS_NO_PARITY_ONE_STOP_BIT 0x03
#define FIFO_ENABLE_AND_CLEAR 0x07
/* As above, and an interrupt only for 14 bytes. QEMU hands over as many bytes at a time as are
 * missing up to that level, and with the level of 1 above it hands over single bytes. */
#define FIFO_ENABLE_AND_CLEAR_LEVEL_14 0xc7
#define FIFO_DISABLE 0x00
#define TERMINAL_READY_AND_REQUEST_TO_SEND 0x03

#define DATA_READY 0x01
#define TRANSMITTER_EMPTY 0x20

void console_start(void)
{
    ns16550_write(INTERRUPT_ENABLE, 0);
    ns16550_write(LINE_CONTROL, DIVISOR_LATCH);
    ns16550_write(DATA, 1); /* divisor 1: 115,200 bits a second */
    ns16550_write(INTERRUPT_ENABLE, 0);
    ns16550_write(LINE_CONTROL, EIGHT_BITS_NO_PARITY_ONE_STOP_BIT);
    ns16550_write(FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
    ns16550_write(MODEM_CONTROL, TERMINAL_READY_AND_REQUEST_TO_SEND);
}

void console_write_byte(uint8_t byte)
{
    while ((ns16550_read(LINE_STATUS) & TRANSMITTER_EMPTY) == 0)
        ns16550_rest();
    ns16550_write(DATA, byte);
}

void console_write_byte_unpolled(uint8_t byte)
{
    ns16550_write(DATA, byte);
}

int console_has_byte(void)
{
    return (ns16550_read(LINE_STATUS) & DATA_READY) != 0;
}

uint8_t console_read_byte(void)
{
    while (!console_has_byte())
        ns16550_rest();
    return ns16550_read(DATA);
}

void console_use_receive_fifo(int use)
{
    ns16550_write(FIFO_CONTROL, use ? FIFO_ENABLE_AND_CLEAR_LEVEL_14 : FIFO_DISABLE);
}
