/* The memory map of the processor. */
#ifndef MEMORY_H
#define MEMORY_H

/* An address that is not mapped: every access to it is a page fault. Turns paging on where the
 * processor does not run with it anyway. */
volatile int *unmapped_page(void);

#endif
