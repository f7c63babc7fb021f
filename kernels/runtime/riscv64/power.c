/* Power and reset by the System Reset extension of the Supervisor Binary Interface (RISC-V SBI
 * specification, chapter 10). */
#include "console.h"
#include "machine.h"

#define SYSTEM_RESET_EXTENSION 0x53525354
#define SHUTDOWN 0
#define COLD_REBOOT 1

static void system_reset(unsigned long type)
{
    register unsigned long a0 __asm__("a0") = type;
    register unsigned long a1 __asm__("a1") = 0; /* no reason */
    register unsigned long function __asm__("a6") = 0;
    register unsigned long extension __asm__("a7") = SYSTEM_RESET_EXTENSION;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(function), "r"(extension) : "memory");
}

void power_off(void)
{
    system_reset(SHUTDOWN);
    console_write_line("power_off: the firmware of this machine has no system reset");
    halt_forever();
}

void reset(void)
{
    system_reset(COLD_REBOOT);
    console_write_line("reset: the firmware of this machine has no system reset");
    halt_forever();
}
