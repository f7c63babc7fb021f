/* Power and reset by the Power State Coordination Interface (Arm DEN 0022), which QEMU's machine
 * "virt" answers itself where it has no firmware for it. */
#include "machine.h"

#include "console.h"

#define SYSTEM_OFF 0x84000008
#define SYSTEM_RESET 0x84000009

static void call(unsigned long function)
{
#ifdef __aarch64__
    register unsigned long number __asm__("x0") = function;
    __asm__ volatile("hvc #0" : "+r"(number) : : "x1", "x2", "x3", "memory");
#else
    register unsigned long number __asm__("r0") = function;
    __asm__ volatile(".arch_extension virt\n\thvc #0"
                     : "+r"(number) : : "r1", "r2", "r3", "memory");
#endif
}

void power_off(void)
{
    call(SYSTEM_OFF);
    console_write_line("power_off: this machine has no power switch that the runtime knows");
    halt_forever();
}

void reset(void)
{
    call(SYSTEM_RESET);
    console_write_line("reset: this machine has no reset that the runtime knows");
    halt_forever();
}

void halt_forever(void)
{
    for (;;) {
#ifdef __aarch64__
        __asm__ volatile("msr daifset, #0xf\n\twfi");
#else
        __asm__ volatile("cpsid aif\n\twfi");
#endif
    }
}

void idle_forever(void)
{
    for (;;) {
#ifdef __aarch64__
        __asm__ volatile("msr daifclr, #0x2\n\twfi");
#else
        __asm__ volatile("cpsie i\n\twfi");
#endif
    }
}
