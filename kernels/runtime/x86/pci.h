/* The configuration space of the PCI bus (PCI Local Bus Specification 3.0, chapter 6), by the I/O
 * ports that every PC has for it. */
#ifndef PCI_H
#define PCI_H

#include <stdint.h>

#define PCI_DEVICES 32
#define PCI_FUNCTIONS 8

/* Offsets of what a function says of itself. */
#define PCI_VENDOR_AND_DEVICE 0x00
#define PCI_COMMAND 0x04
#define PCI_CLASS_AND_REVISION 0x08
#define PCI_HEADER_TYPE 0x0c
#define PCI_FIRST_BASE_ADDRESS 0x10
#define PCI_BUS_NUMBERS 0x18

#define PCI_NOTHING_HERE 0xffffffff

struct pci_function {
    uint8_t bus, device, function;
};

/* 32 bits at a multiple of four. PCI_NOTHING_HERE as vendor and device: there is no function. */
uint32_t pci_read(struct pci_function function, uint8_t offset);
void pci_write(struct pci_function function, uint8_t offset, uint32_t value);

#endif
