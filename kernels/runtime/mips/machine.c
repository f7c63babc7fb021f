/* Reset and halt on the Malta board. */
#include "machine.h"

#include "console.h"

/* The register SOFTRES, and what resets (MIPS Malta user's manual, section 5.4). */
#define SOFT_RESET (*(volatile uint32_t *)0xbf000500)
#define RESET_NOW 0x42

void reset(void)
{
    SOFT_RESET = RESET_NOW;
    console_write_line("reset: this machine has no reset that the runtime knows");
    halt_forever();
}

void halt_forever(void)
{
    for (;;)
        __asm__ volatile("di\n\twait");
}
