/* Halts with interrupts off, without a word: a kernel that died before it could say anything. */
#include "machine.h"

void kernel_main(void)
{
    halt_forever();
}
