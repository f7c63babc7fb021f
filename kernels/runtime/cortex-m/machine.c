/* Power, reset and halt on a Cortex-M. The board has no power switch: one can only leave QEMU. */
#include "machine.h"

#include "console.h"
#include "semihosting.h"

/* Application Interrupt and Reset Control (Armv7-M ARM, B3.2.6), with the key it wants. */
#define RESET_CONTROL (*(volatile uint32_t *)0xe000ed0c)
#define SYSTEM_RESET_REQUEST 0x05fa0004

void power_off(void)
{
    semihosting_exit(0);
    console_write_line("power_off: QEMU runs this machine without semihosting");
    halt_forever();
}

void reset(void)
{
    RESET_CONTROL = SYSTEM_RESET_REQUEST;
    for (;;)
        __asm__ volatile("dsb");
}

void halt_forever(void)
{
    for (;;)
        __asm__ volatile("cpsid i\n\twfi");
}

void idle_forever(void)
{
    for (;;)
        __asm__ volatile("cpsie i\n\twfi");
}
