/* Turns the MMU on with the first 2 GiB mapped to themselves (Arm ARM for Armv7-A, B3.5): one table
 * of sections of 1 MiB. */
#include <stdint.h>

#include "memory.h"

#define SECTION_BYTES (1u << 20)
#define MAPPED_SECTIONS 2048u
#define SECTION_READ_WRITE 0xc02u /* strongly ordered, in domain 0 */
#define DOMAIN_0_CLIENT 1u
#define MMU_ENABLE 1u

static uint32_t table[4096] __attribute__((aligned(16384)));

volatile int *unmapped_page(void)
{
    for (uint32_t section = 0; section < MAPPED_SECTIONS; section++)
        table[section] = section * SECTION_BYTES | SECTION_READ_WRITE;
    uint32_t control;
    __asm__ volatile("mcr p15, 0, %0, c2, c0, 0" : : "r"(table));
    __asm__ volatile("mcr p15, 0, %0, c3, c0, 0" : : "r"(DOMAIN_0_CLIENT));
    __asm__ volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(control));
    __asm__ volatile("mcr p15, 0, %0, c1, c0, 0\n\tisb" : : "r"(control | MMU_ENABLE));
    return (volatile int *)(MAPPED_SECTIONS * SECTION_BYTES);
}
