/* The 16550 UARTs at COM1 to COM4, and the debug console. */
#include "console.h"
#include "ns16550.h"
#include "port.h"

#define DEBUG_CONSOLE 0xe9

/* COM1 to COM4, where every PC has them. */
static const uint16_t bases[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};
static uint16_t base = 0x3f8;

void console_select(unsigned port)
{
    base = bases[port & 3];
}

uint8_t ns16550_read(unsigned offset)
{
    return port_read_byte((uint16_t)(base + offset));
}

void ns16550_write(unsigned offset, uint8_t value)
{
    port_write_byte((uint16_t)(base + offset), value);
}

void ns16550_rest(void)
{
    __asm__ volatile("pause");
}

void debug_console_write_byte(uint8_t byte)
{
    port_write_byte(DEBUG_CONSOLE, byte);
}
