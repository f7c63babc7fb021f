/* A page directory that maps the first and the last gigabyte below 4 GiB onto themselves: RAM,
 * and the devices that have registers in memory. Whatever lies between is not mapped
 * (Intel SDM volume 3, "32-Bit Paging"). */
#define PRESENT_WRITABLE 0x003
#define FOUR_MIB_PAGE 0x080

    .data
    .balign 4096
    .global page_tables
page_tables: /* 4 MiB an entry */
    .set address, 0
    .rept 256
    .long address + PRESENT_WRITABLE + FOUR_MIB_PAGE
    .set address, address + 0x400000
    .endr

    .fill 512, 4, 0

    .set address, 0xc0000000
    .rept 256
    .long address + PRESENT_WRITABLE + FOUR_MIB_PAGE
    .set address, address + 0x400000
    .endr
