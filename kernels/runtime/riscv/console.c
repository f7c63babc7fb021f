/* Driver for the 16550 UART of the RISC-V machine "virt". Registers as in the National
 * Semiconductor PC16550D data sheet, section 8; they are in memory here, one byte apart. */
#include "console.h"

#define REGISTER(offset) (*(volatile uint8_t *)(0x10000000ul + (offset)))
#define DATA REGISTER(0)
#define INTERRUPT_ENABLE REGISTER(1)
#define FIFO_CONTROL REGISTER(2)
#define LINE_CONTROL REGISTER(3)
#define LINE_STATUS REGISTER(5)

#define FIFO_ENABLE_AND_CLEAR 0x07
#define FIFO_DISABLE 0x00
#define EIGHT_BITS_NO_PARITY_ONE_STOP_BIT 0x03
#define DATA_READY 0x01
#define TRANSMITTER_EMPTY 0x20

void console_select(unsigned port)
{
    (void)port; /* there is one */
}

void console_start(void)
{
    INTERRUPT_ENABLE = 0;
    LINE_CONTROL = EIGHT_BITS_NO_PARITY_ONE_STOP_BIT;
    FIFO_CONTROL = FIFO_ENABLE_AND_CLEAR;
}

void console_write_byte_unpolled(uint8_t byte)
{
    DATA = byte;
}

void console_write_byte(uint8_t byte)
{
    while ((LINE_STATUS & TRANSMITTER_EMPTY) == 0)
        ;
    console_write_byte_unpolled(byte);
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

void console_use_receive_fifo(int use)
{
    FIFO_CONTROL = use ? FIFO_ENABLE_AND_CLEAR : FIFO_DISABLE;
}
