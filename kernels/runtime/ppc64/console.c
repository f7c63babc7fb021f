/* The first serial port of the machine "pseries": calls of the hypervisor. */
#include "console.h"
#include "hypercall.h"

#define PUT_TERMINAL_CHARACTERS 0x58
#define FIRST_TERMINAL 0x71000000 /* its number, as QEMU's hw/ppc/spapr.c counts */

void console_start(void)
{
    /* QEMU has set it up. */
}

void console_write_byte(uint8_t byte)
{
    /* Up to eight characters come in a register, the first one in its highest byte. */
    unsigned long text = (unsigned long)byte << 56;
    while (hypercall(PUT_TERMINAL_CHARACTERS, FIRST_TERMINAL, 1, text) != HYPERCALL_SUCCESS)
        ;
}
