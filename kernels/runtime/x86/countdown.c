/* Driver for the timer of the local APIC. */
#include "countdown.h"

#include "machine.h"

#define INITIAL_COUNT ((volatile uint32_t *)0xfee00380)
#define DIVIDE_CONFIGURATION ((volatile uint32_t *)0xfee003e0)

#define TIMER_HZ 1000000000u
#define DIVISOR 16u
#define DIVIDE_BY_16 0x3

void start_countdown(uint32_t seconds)
{
    *DIVIDE_CONFIGURATION = DIVIDE_BY_16;
    /* The timer counts down once. Its interrupt stays masked, as it is after a reset. */
    *INITIAL_COUNT = seconds * (TIMER_HZ / DIVISOR);
}

void wait_seconds(uint32_t seconds)
{
    start_countdown(seconds);
    while (*COUNTDOWN != 0)
        __asm__ volatile("pause");
}
