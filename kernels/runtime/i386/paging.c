/* Paging is off on i386 until a kernel asks for a page that is not mapped. */
#include <stdint.h>

#include "memory.h"

#define CR4_PAGE_SIZE_EXTENSION (1ul << 4)
#define CR0_PAGING (1ul << 31)

extern const uint32_t page_tables[];

volatile int *unmapped_page(void)
{
    unsigned long control;
    __asm__ volatile("mov %0, %%cr3" : : "r"(page_tables) : "memory");
    __asm__ volatile("mov %%cr4, %0" : "=r"(control));
    __asm__ volatile("mov %0, %%cr4" : : "r"(control | CR4_PAGE_SIZE_EXTENSION));
    __asm__ volatile("mov %%cr0, %0" : "=r"(control));
    __asm__ volatile("mov %0, %%cr0" : : "r"(control | CR0_PAGING) : "memory");
    return (volatile int *)0x60000000; /* between the two gigabytes of page-tables.S */
}
