/* Driver for the CMSDK UART of the MPS2 boards (Arm DDI 0479, "APB UART"). */
#include "console.h"

#define REGISTER(offset) (*(volatile uint32_t *)(0x40004000 + (offset)))
#define DATA REGISTER(0x00)
#define STATE REGISTER(0x04)
#define CONTROL REGISTER(0x08)
#define BAUD_DIVIDER REGISTER(0x10)

#define TRANSMIT_FULL 0x1
#define RECEIVE_FULL 0x2
#define TRANSMIT_AND_RECEIVE_ENABLE 0x3
#define LEAST_DIVIDER 16

void console_select(unsigned port)
{
    (void)port; /* the first one will do */
}

void console_start(void)
{
    BAUD_DIVIDER = LEAST_DIVIDER;
    CONTROL = TRANSMIT_AND_RECEIVE_ENABLE;
}

void console_write_byte_unpolled(uint8_t byte)
{
    DATA = byte;
}

void console_write_byte(uint8_t byte)
{
    while (STATE & TRANSMIT_FULL)
        ;
    console_write_byte_unpolled(byte);
}

int console_has_byte(void)
{
    return (STATE & RECEIVE_FULL) != 0;
}

uint8_t console_read_byte(void)
{
    while (!console_has_byte())
        ;
    return (uint8_t)DATA;
}

void console_use_receive_fifo(int use)
{
    (void)use; /* it has none: one byte, and that is all */
}
