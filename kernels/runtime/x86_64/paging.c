/* 64-bit code always runs with paging, so that entry.S has turned it on already. */
#include "memory.h"

volatile int *unmapped_page(void)
{
    return (volatile int *)0x60000000; /* between the two gigabytes of page-tables.S */
}
