/* Halt on the machine "pseries". */
#include "machine.h"

void halt_forever(void)
{
    for (;;)
        __asm__ volatile("or 27, 27, 27"); /* gives way to other threads of the processor */
}
