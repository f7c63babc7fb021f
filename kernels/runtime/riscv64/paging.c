/* Turns paging on with the first 3 GiB mapped to themselves (RISC-V privileged ISA, "Sv39"): one
 * table, whose entries are pages of 1 GiB. */
#include <stdint.h>

#include "memory.h"

#define GIB (1ul << 30)
#define VALID_READ_WRITE_EXECUTE_ACCESSED_DIRTY 0xcf
#define MODE_SV39 (8ul << 60)

static uint64_t table[512] __attribute__((aligned(4096)));

volatile int *unmapped_page(void)
{
    for (unsigned long page = 0; page < 3; page++)
        table[page] = page * GIB >> 12 << 10 | VALID_READ_WRITE_EXECUTE_ACCESSED_DIRTY;
    __asm__ volatile("csrw satp, %0\n\tsfence.vma" : : "r"(MODE_SV39 | (unsigned long)table >> 12));
    return (volatile int *)(3 * GIB);
}
