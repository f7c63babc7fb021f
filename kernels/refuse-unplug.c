/* Takes a processor core that is plugged in, says so, and never lets it go again: it takes it anew
 * all the time, which is how a guest of the machine "pseries" refuses (Linux on Power Architecture
 * Reference, "Dynamic Reconfiguration"; QEMU, hw/ppc/spapr_drc.c). */
#include "console.h"
#include "hypercall.h"

#include <stdint.h>

/* A call of the firmware, RTAS, is one of the hypervisor here (QEMU, include/hw/ppc/spapr.h). */
#define CALL_FIRMWARE 0xf000
#define SET_INDICATOR 0x201a
#define ISOLATION_STATE 9001
#define ALLOCATION_STATE 9003
#define UNISOLATED 1
#define USABLE 1
/* Cores have the connectors of the first kind. */
#define SECOND_CORE (0x10000000 | 1)

/* @return 0 once the firmware has done it. */
static int32_t set_indicator(uint32_t indicator, uint32_t connector, uint32_t value)
{
    /* Token, count of arguments, count of results, arguments, result. */
    static volatile uint32_t call[7];
    call[0] = SET_INDICATOR;
    call[1] = 3;
    call[2] = 1;
    call[3] = indicator;
    call[4] = connector;
    call[5] = value;
    hypercall(CALL_FIRMWARE, (unsigned long)call, 0, 0);
    return (int32_t)call[6];
}

void kernel_main(void)
{
    console_write_line("waiting for a core");
    while (set_indicator(ALLOCATION_STATE, SECOND_CORE, USABLE) != 0)
        ;
    set_indicator(ISOLATION_STATE, SECOND_CORE, UNISOLATED);
    console_write_line("the core is mine");
    for (;;)
        set_indicator(ISOLATION_STATE, SECOND_CORE, UNISOLATED);
}
