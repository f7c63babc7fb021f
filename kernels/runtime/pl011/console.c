/* Driver for the PL011 UART of the Arm machine "virt" (Arm DDI 0183, "Programmer's Model"). */
#include "console.h"

#define BASE 0x09000000
#define REGISTER(offset) (*(volatile uint32_t *)(BASE + (offset)))
#define DATA REGISTER(0x00)
#define FLAGS REGISTER(0x18)
#define LINE_CONTROL REGISTER(0x2c)
#define CONTROL REGISTER(0x30)

#define RECEIVE_FIFO_EMPTY (1 << 4)
#define TRANSMIT_FIFO_FULL (1 << 5)
#define EIGHT_BITS_WITH_FIFO 0x70
#define EIGHT_BITS_WITHOUT_FIFO 0x60
#define ENABLE_UART_TRANSMIT_RECEIVE 0x301

void console_select(unsigned port)
{
    (void)port; /* there is one */
}

void console_start(void)
{
    CONTROL = 0;
    LINE_CONTROL = EIGHT_BITS_WITH_FIFO;
    CONTROL = ENABLE_UART_TRANSMIT_RECEIVE;
}

void console_write_byte_unpolled(uint8_t byte)
{
    DATA = byte;
}

void console_write_byte(uint8_t byte)
{
    while (FLAGS & TRANSMIT_FIFO_FULL)
        ;
    console_write_byte_unpolled(byte);
}

int console_has_byte(void)
{
    return (FLAGS & RECEIVE_FIFO_EMPTY) == 0;
}

uint8_t console_read_byte(void)
{
    while (!console_has_byte())
        ;
    return (uint8_t)DATA;
}

void console_use_receive_fifo(int use)
{
    LINE_CONTROL = use ? EIGHT_BITS_WITH_FIFO : EIGHT_BITS_WITHOUT_FIFO;
}
