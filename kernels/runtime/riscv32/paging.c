/* In machine mode addresses are physical: here is one at which nothing is. */
#include "memory.h"

volatile int *unmapped_page(void)
{
    return (volatile int *)0x08000000;
}
