/* Page tables that map the first and the last gigabyte below 4 GiB onto themselves: RAM, and the
 * devices that have registers in memory. Whatever lies between is not mapped.
 * They are laid out here and not filled by code, because the processor needs them before it can
 * run any 64-bit code (Intel SDM volume 3, "4-Level Paging"). */
#define PRESENT_WRITABLE 0x003
#define TWO_MIB_PAGE 0x080

    .data
    .balign 4096
    .global page_tables
page_tables: /* level 4: 512 GiB an entry */
    .quad page_directory_pointers + PRESENT_WRITABLE
    .fill 511, 8, 0

page_directory_pointers: /* level 3: 1 GiB an entry */
    .quad first_gigabyte + PRESENT_WRITABLE
    .quad 0
    .quad 0
    .quad fourth_gigabyte + PRESENT_WRITABLE
    .fill 508, 8, 0

first_gigabyte: /* level 2: 2 MiB an entry */
    .set address, 0
    .rept 512
    .quad address + PRESENT_WRITABLE + TWO_MIB_PAGE
    .set address, address + 0x200000
    .endr

fourth_gigabyte:
    .set address, 0xc0000000
    .rept 512
    .quad address + PRESENT_WRITABLE + TWO_MIB_PAGE
    .set address, address + 0x200000
    .endr
