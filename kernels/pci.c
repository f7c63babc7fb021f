/* Prints what is on the PCI buses: address, vendor and device, class. With "watch=1" it then goes
 * on looking, and prints what comes and what goes. */
#include "boot.h"
#include "console.h"
#include "pci.h"

#define BUSES 8
#define MULTIPLE_FUNCTIONS 0x00800000u

/* What was found at the last look: vendor and device, or PCI_NOTHING_HERE. */
static uint32_t known[BUSES][PCI_DEVICES][PCI_FUNCTIONS];

static void write_digits(uint32_t number, unsigned digits)
{
    for (unsigned shift = digits * 4; shift > 0; shift -= 4)
        console_write_byte((uint8_t) "0123456789abcdef"[number >> (shift - 4) & 0xf]);
}

static void report(const char *what, struct pci_function function, uint32_t identity)
{
    console_write(what);
    write_digits(function.bus, 2);
    console_write(":");
    write_digits(function.device, 2);
    console_write(".");
    write_digits(function.function, 1);
    console_write(" ");
    write_digits(identity & 0xffff, 4);
    console_write(":");
    write_digits(identity >> 16, 4);
    console_write(" class ");
    write_digits(pci_read(function, PCI_CLASS_AND_REVISION) >> 16, 4);
    console_write("\n");
}

static void look_at(struct pci_function function)
{
    uint32_t *before = &known[function.bus][function.device][function.function];
    uint32_t identity = pci_read(function, PCI_VENDOR_AND_DEVICE);
    if (identity == *before)
        return;
    report(identity == PCI_NOTHING_HERE ? "gone: " : "pci ", function,
           identity == PCI_NOTHING_HERE ? *before : identity);
    *before = identity;
}

static void look_around(void)
{
    for (unsigned bus = 0; bus < BUSES; bus++)
        for (unsigned device = 0; device < PCI_DEVICES; device++) {
            struct pci_function first = { (uint8_t)bus, (uint8_t)device, 0 };
            look_at(first);
            if ((pci_read(first, PCI_HEADER_TYPE) & MULTIPLE_FUNCTIONS) == 0)
                continue;
            for (unsigned function = 1; function < PCI_FUNCTIONS; function++)
                look_at((struct pci_function){ (uint8_t)bus, (uint8_t)device, (uint8_t)function });
        }
}

void kernel_main(void)
{
    for (unsigned slot = 0; slot < BUSES * PCI_DEVICES * PCI_FUNCTIONS; slot++)
        (&known[0][0][0])[slot] = PCI_NOTHING_HERE;
    look_around();
    console_write_line("that is all");
    while (command_line_number("watch", 0) != 0)
        look_around();
}
