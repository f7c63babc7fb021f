/* Configuration by the ports 0xcf8 and 0xcfc ("Configuration Mechanism #1"). */
#include "pci.h"

#include "port.h"

#define ADDRESS 0xcf8
#define DATA 0xcfc
#define ENABLE 0x80000000u

static void select(struct pci_function function, uint8_t offset)
{
    port_write_long(ADDRESS, ENABLE | (uint32_t)function.bus << 16 | (uint32_t)function.device << 11
                                 | (uint32_t)function.function << 8 | (offset & 0xfcu));
}

uint32_t pci_read(struct pci_function function, uint8_t offset)
{
    select(function, offset);
    return port_read_long(DATA);
}

void pci_write(struct pci_function function, uint8_t offset, uint32_t value)
{
    select(function, offset);
    port_write_long(DATA, value);
}
