/* Driver for the 16550 UARTs at COM1 to COM4, and for the debug console.
 * Registers as in the National Semiconductor PC16550D data sheet, section 8. */
#include "console.h"

#include "port.h"

/* COM1 to COM4, where every PC has them. */
static const uint16_t bases[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};
static uint16_t base = 0x3f8;

#define DATA (uint16_t)(base + 0)             /* with DIVISOR_LATCH set: low byte of the divisor */
#define INTERRUPT_ENABLE (uint16_t)(base + 1) /* with DIVISOR_LATCH set: high byte of the divisor */
#define FIFO_CONTROL (uint16_t)(base + 2)
#define LINE_CONTROL (uint16_t)(base + 3)
#define MODEM_CONTROL (uint16_t)(base + 4)
#define LINE_STATUS (uint16_t)(base + 5)

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

#define DEBUG_CONSOLE 0xe9

void console_select(unsigned port)
{
    base = bases[port & 3];
}

void console_start(void)
{
    port_write_byte(INTERRUPT_ENABLE, 0);
    port_write_byte(LINE_CONTROL, DIVISOR_LATCH);
    port_write_byte(DATA, 1); /* divisor 1: 115,200 bits a second */
    port_write_byte(INTERRUPT_ENABLE, 0);
    port_write_byte(LINE_CONTROL, EIGHT_BITS_NO_PARITY_ONE_STOP_BIT);
    port_write_byte(FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
    port_write_byte(MODEM_CONTROL, TERMINAL_READY_AND_REQUEST_TO_SEND);
}

void console_write_byte(uint8_t byte)
{
    while ((port_read_byte(LINE_STATUS) & TRANSMITTER_EMPTY) == 0)
        __asm__ volatile("pause");
    port_write_byte(DATA, byte);
}

void console_write_byte_unpolled(uint8_t byte)
{
    port_write_byte(DATA, byte);
}

int console_has_byte(void)
{
    return (port_read_byte(LINE_STATUS) & DATA_READY) != 0;
}

uint8_t console_read_byte(void)
{
    while (!console_has_byte())
        __asm__ volatile("pause");
    return port_read_byte(DATA);
}

void console_use_receive_fifo(int use)
{
    port_write_byte(FIFO_CONTROL, use ? FIFO_ENABLE_AND_CLEAR_LEVEL_14 : FIFO_DISABLE);
}

void debug_console_write_byte(uint8_t byte)
{
    port_write_byte(DEBUG_CONSOLE, byte);
}
