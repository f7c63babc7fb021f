/* Prints the processor's time stamp between computations. By the host's clock that is never twice
 * the same; by a virtual clock it always is, and the whole takes a tenth of a second. */
#include "console.h"
#include "machine.h"

#define STEPS 20000000ul

static void print_time_stamp(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    console_write("time stamp ");
    /* A 32-bit processor's number would overflow every few seconds without the shift. */
    console_write_number((unsigned long)(((uint64_t)high << 32 | low) >> 16));
    console_write_line("");
}

static void compute(void)
{
    /* The empty assembly statement stands for work, so that the compiler keeps the loop. */
    for (unsigned long step = 0; step < STEPS; step++)
        __asm__ volatile("");
}

void kernel_main(void)
{
    print_time_stamp();
    compute();
    print_time_stamp();
    compute();
    print_time_stamp();
    power_off();
}
