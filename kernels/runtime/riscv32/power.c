/* Power and reset by the finisher: there is no firmware to ask. */
#include "console.h"
#include "finisher.h"
#include "machine.h"

void power_off(void)
{
    *FINISHER = FINISHER_PASS;
    console_write_line("power_off: this machine has no finisher at 0x100000");
    halt_forever();
}

void reset(void)
{
    *FINISHER = FINISHER_RESET;
    console_write_line("reset: this machine has no finisher at 0x100000");
    halt_forever();
}
