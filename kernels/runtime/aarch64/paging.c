/* Turns the MMU on with the first 2 GiB mapped to themselves (Arm ARM, "The AArch64 Virtual Memory
 * System Architecture"): one table of 1 GiB blocks, for addresses of 39 bits. */
#include <stdint.h>

#include "memory.h"

#define GIB (1ull << 30)
#define BLOCK 0x1
#define ACCESSED (1 << 10)
#define MEMORY_TYPE(index) ((index) << 2)
#define DEVICE 0
#define NORMAL 1

#define MEMORY_TYPES 0xff00ull                   /* type 0 is a device, type 1 is cached memory */
#define ADDRESS_BITS_39 (64 - 39)                /* T0SZ */
#define NO_UPPER_HALF (1ull << 23)               /* EPD1 */
#define MMU_ENABLE 1ull

static uint64_t table[512] __attribute__((aligned(4096)));

volatile int *unmapped_page(void)
{
    table[0] = 0 * GIB | BLOCK | ACCESSED | MEMORY_TYPE(DEVICE);
    table[1] = 1 * GIB | BLOCK | ACCESSED | MEMORY_TYPE(NORMAL);
    uint64_t control;
    __asm__ volatile("msr mair_el1, %0" : : "r"(MEMORY_TYPES));
    __asm__ volatile("msr tcr_el1, %0" : : "r"(ADDRESS_BITS_39 | NO_UPPER_HALF));
    __asm__ volatile("msr ttbr0_el1, %0\n\tisb" : : "r"(table));
    __asm__ volatile("mrs %0, sctlr_el1" : "=r"(control));
    __asm__ volatile("msr sctlr_el1, %0\n\tisb" : : "r"(control | MMU_ENABLE));
    return (volatile int *)(2 * GIB);
}
