/* Reads sectors of the first virtio disk and prints the text at the beginning of each: the one that
 * the command line asks for ("sector=7"), "count=2" times. A sector that cannot be read is an error
 * with the status that the disk gave. (Virtio 1.1, "Legacy Interface", "Block Device".) */
#include "boot.h"
#include "console.h"
#include "machine.h"
#include "pci.h"
#include "port.h"

#define VIRTIO_BLOCK 0x10011af4u /* device 1001, vendor 1af4 */
#define IO_AND_BUS_MASTER 0x5

/* Registers, from the I/O port in the first base address on. */
enum { GUEST_FEATURES = 4, QUEUE_ADDRESS = 8, QUEUE_SIZE = 12, QUEUE_SELECT = 14 };
enum { QUEUE_NOTIFY = 16, DEVICE_STATUS = 18 };
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4 };

#define PAGE_BYTES 4096
/* The device decides: QEMU 7.2 has 256 entries, and 10.0 has 1024, which take eight pages. */
#define MOST_ENTRIES 1024
#define QUEUE_PAGES 8
#define SECTOR_BYTES 512
#define TEXT_LIMIT 40

struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};
enum { NEXT = 1, DEVICE_WRITES = 2 };

struct request_head {
    uint32_t type, reserved;
    uint64_t sector;
};

/* Descriptors, then what is available, then from the next page on what is used. */
static uint8_t queue[QUEUE_PAGES * PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
static struct request_head head;
static uint8_t data[SECTOR_BYTES];
static volatile uint8_t status;
static uint16_t base, entries;

static int find_disk(struct pci_function *found)
{
    for (unsigned device = 0; device < PCI_DEVICES; device++) {
        *found = (struct pci_function){ 0, (uint8_t)device, 0 };
        if (pci_read(*found, PCI_VENDOR_AND_DEVICE) == VIRTIO_BLOCK)
            return 1;
    }
    return 0;
}

static void start_disk(struct pci_function disk)
{
    pci_write(disk, PCI_COMMAND, pci_read(disk, PCI_COMMAND) | IO_AND_BUS_MASTER);
    base = (uint16_t)(pci_read(disk, PCI_FIRST_BASE_ADDRESS) & 0xfffc);
    port_write_byte(base + DEVICE_STATUS, 0);
    port_write_byte(base + DEVICE_STATUS, ACKNOWLEDGE | DRIVER);
    port_write_long(base + GUEST_FEATURES, 0);
    port_write_word(base + QUEUE_SELECT, 0);
    entries = port_read_word(base + QUEUE_SIZE);
    if (entries > MOST_ENTRIES) {
        console_write_line("the disk's queue has too many entries");
        halt_forever();
    }
    port_write_long(base + QUEUE_ADDRESS, (uint32_t)((uintptr_t)queue / PAGE_BYTES));
    port_write_byte(base + DEVICE_STATUS, ACKNOWLEDGE | DRIVER | DRIVER_OK);
}

static void read_sector(uint64_t sector)
{
    struct descriptor *descriptors = (struct descriptor *)queue;
    volatile uint16_t *available = (uint16_t *)&descriptors[entries];
    uintptr_t used_start = ((uintptr_t)&available[entries + 3] + PAGE_BYTES - 1) & ~(uintptr_t)4095;
    volatile uint16_t *used = (uint16_t *)used_start;

    head = (struct request_head){ .sector = sector };
    status = 0xff;
    descriptors[0] = (struct descriptor){ (uintptr_t)&head, sizeof head, NEXT, 1 };
    descriptors[1] = (struct descriptor){ (uintptr_t)data, sizeof data, NEXT | DEVICE_WRITES, 2 };
    descriptors[2] = (struct descriptor){ (uintptr_t)&status, 1, DEVICE_WRITES, 0 };
    uint16_t next = available[1];
    available[2 + next % entries] = 0;
    __asm__ volatile("" : : : "memory");
    available[1] = (uint16_t)(next + 1);
    port_write_word(base + QUEUE_NOTIFY, 0);
    while (used[1] != (uint16_t)(next + 1))
        __asm__ volatile("pause");
}

static void report(unsigned long sector)
{
    console_write("sector ");
    console_write_number(sector);
    if (status != 0) {
        console_write(": error ");
        console_write_number(status);
    } else {
        console_write(": ");
        for (unsigned at = 0; at < TEXT_LIMIT && data[at] >= ' ' && data[at] < 0x7f; at++)
            console_write_byte(data[at]);
    }
    console_write("\n");
}

void kernel_main(void)
{
    struct pci_function disk;
    if (!find_disk(&disk)) {
        console_write_line("no virtio disk");
        halt_forever();
    }
    start_disk(disk);
    unsigned long sector = command_line_number("sector", 0);
    for (unsigned long count = command_line_number("count", 1); count > 0; count--) {
        read_sector(sector);
        report(sector);
    }
    power_off();
}
