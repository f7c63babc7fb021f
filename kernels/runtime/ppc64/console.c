/* The first serial port of the machine "pseries": calls of the hypervisor, which is QEMU itself
 * (Linux on Power Architecture Reference, "hcall() interfaces", H_PUT_TERM_CHAR). */
#include "console.h"

#define PUT_TERMINAL_CHARACTERS 0x58
#define SUCCESS 0
#define FIRST_TERMINAL 0x71000000 /* its number, as QEMU's hw/ppc/spapr.c counts */

static unsigned long put_characters(unsigned long count, unsigned long characters)
{
    register unsigned long result __asm__("r3") = PUT_TERMINAL_CHARACTERS;
    register unsigned long terminal __asm__("r4") = FIRST_TERMINAL;
    register unsigned long length __asm__("r5") = count;
    register unsigned long text __asm__("r6") = characters;
    __asm__ volatile("sc 1"
                     : "+r"(result), "+r"(terminal), "+r"(length), "+r"(text)
                     :
                     : "r0", "r7", "r8", "r9", "r10", "r11", "r12", "ctr", "xer", "cr0", "cr1",
                       "cr5", "cr6", "cr7", "memory");
    return result;
}

void console_start(void)
{
    /* QEMU has set it up. */
}

void console_write_byte(uint8_t byte)
{
    /* Up to eight characters come in a register, the first one in its highest byte. */
    while (put_characters(1, (unsigned long)byte << 56) != SUCCESS)
        ;
}
