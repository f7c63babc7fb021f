/* There is no paging: here is an address at which nothing is. */
#include "memory.h"

volatile int *unmapped_page(void)
{
    return (volatile int *)0x70000000;
}
