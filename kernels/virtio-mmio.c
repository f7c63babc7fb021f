/* Drives what is on the virtio-mmio transports of Arm's and RISC-V's "virt": says what each is,
 * reads a sector of a disk ("sector=7"; "write=1": writes it first), answers a line on a console,
 * and tells the network card's address. Both kinds of transport: version 2, and version 1, which is
 * called legacy. (Virtio 1.1, "Virtio Over MMIO", "Block Device", "Console Device".) */
#include "boot.h"
#include "console.h"
#include "machine.h"

/* QEMU, hw/arm/virt.c and hw/riscv/virt.c. */
#ifdef __riscv
enum { FIRST_TRANSPORT = 0x10001000, TRANSPORT_BYTES = 0x1000, TRANSPORTS = 8 };
#else
enum { FIRST_TRANSPORT = 0x0a000000, TRANSPORT_BYTES = 0x200, TRANSPORTS = 32 };
#endif

/* Registers, by their number as 32-bit words. */
enum { MAGIC, VERSION, DEVICE_ID, DRIVER_FEATURES = 8, DRIVER_FEATURES_SELECT };
enum { LEGACY_PAGE_BYTES = 10, QUEUE_SELECT = 12, QUEUE_SIZE = 14, LEGACY_QUEUE_ALIGNMENT };
enum { LEGACY_QUEUE_PAGE = 16, QUEUE_READY, QUEUE_NOTIFY = 20, STATUS = 28 };
enum { QUEUE_DESCRIPTORS = 32, QUEUE_AVAILABLE = 36, QUEUE_USED = 40, CONFIGURATION = 64 };
#define MAGIC_VALUE 0x74726976u /* "virt" */

enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };
enum { FEATURE_VERSION_1_WORD = 1, FEATURE_VERSION_1 = 1 };
enum { NETWORK = 1, BLOCK = 2, CONSOLE = 3 };

#define PAGE_BYTES 4096
#define ENTRIES 8
#define SECTOR_BYTES 512
#define TEXT_LIMIT 40

struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};
enum { NEXT = 1, DEVICE_WRITES = 2 };

/* As a legacy transport wants it, which suits the other kind as well: what is used begins with a
 * page of its own. */
struct queue {
    struct descriptor descriptors[ENTRIES];
    volatile uint16_t available_flags, available_index, available[ENTRIES];
    volatile uint16_t used_flags __attribute__((aligned(PAGE_BYTES))), used_index;
    volatile struct {
        uint32_t descriptor, length;
    } used[ENTRIES];
} __attribute__((aligned(PAGE_BYTES)));

typedef volatile uint32_t *transport;

static struct queue requests, to_console, from_console;

static transport transport_at(unsigned number)
{
    return (transport)(uintptr_t)(FIRST_TRANSPORT + number * TRANSPORT_BYTES);
}

static void start(transport device)
{
    device[STATUS] = 0;
    device[STATUS] = ACKNOWLEDGE | DRIVER;
    device[DRIVER_FEATURES_SELECT] = 0;
    device[DRIVER_FEATURES] = 0;
    if (device[VERSION] == 1) {
        device[LEGACY_PAGE_BYTES] = PAGE_BYTES;
        return;
    }
    device[DRIVER_FEATURES_SELECT] = FEATURE_VERSION_1_WORD;
    device[DRIVER_FEATURES] = FEATURE_VERSION_1;
    device[STATUS] = ACKNOWLEDGE | DRIVER | FEATURES_OK;
    if ((device[STATUS] & FEATURES_OK) == 0)
        console_write_line("the device refuses to be driven");
}

/* The upper half of the address stays 0: the kernel lies below 4 GiB. */
static void use_queue(transport device, unsigned number, struct queue *queue)
{
    device[QUEUE_SELECT] = number;
    device[QUEUE_SIZE] = ENTRIES;
    if (device[VERSION] == 1) {
        device[LEGACY_QUEUE_ALIGNMENT] = PAGE_BYTES;
        device[LEGACY_QUEUE_PAGE] = (uint32_t)((uintptr_t)queue / PAGE_BYTES);
        return;
    }
    device[QUEUE_DESCRIPTORS] = (uint32_t)(uintptr_t)queue->descriptors;
    device[QUEUE_AVAILABLE] = (uint32_t)(uintptr_t)&queue->available_flags;
    device[QUEUE_USED] = (uint32_t)(uintptr_t)&queue->used_flags;
    device[QUEUE_READY] = 1;
}

/* Hands over the chain of descriptors that begins with the first one, and waits for its return.
 * Returns how many bytes the device has written. */
static uint32_t exchange(transport device, unsigned number, struct queue *queue)
{
    uint16_t next = queue->available_index;
    queue->available[next % ENTRIES] = 0;
    __sync_synchronize();
    queue->available_index = (uint16_t)(next + 1);
    __sync_synchronize();
    device[QUEUE_NOTIFY] = number;
    while (queue->used_index != (uint16_t)(next + 1)) {
        /* The device is still busy. */
    }
    __sync_synchronize();
    return queue->used[next % ENTRIES].length;
}

static struct request_head {
    uint32_t type, reserved;
    uint64_t sector;
} head;
enum { READ = 0, WRITE = 1 };
static uint8_t data[SECTOR_BYTES];
static volatile uint8_t status;

static void request(transport disk, uint32_t type, uint64_t sector)
{
    uint16_t data_flags = type == READ ? NEXT | DEVICE_WRITES : NEXT;
    head = (struct request_head){ .type = type, .sector = sector };
    status = 0xff;
    requests.descriptors[0] = (struct descriptor){ (uintptr_t)&head, sizeof head, NEXT, 1 };
    requests.descriptors[1] = (struct descriptor){ (uintptr_t)data, sizeof data, data_flags, 2 };
    requests.descriptors[2] = (struct descriptor){ (uintptr_t)&status, 1, DEVICE_WRITES, 0 };
    exchange(disk, 0, &requests);
}

static void drive_disk(transport disk)
{
    static const char written[] = "written by the guest";
    unsigned long sector = command_line_number("sector", 0);
    start(disk);
    use_queue(disk, 0, &requests);
    disk[STATUS] |= DRIVER_OK;
    if (command_line_number("write", 0)) {
        for (unsigned at = 0; at < sizeof written; at++)
            data[at] = (uint8_t)written[at];
        request(disk, WRITE, sector);
    }
    request(disk, READ, sector);
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

static void write_text(transport device, const char *text)
{
    uint32_t length = 0;
    while (text[length] != '\0')
        length++;
    to_console.descriptors[0] = (struct descriptor){ (uintptr_t)text, length, 0, 0 };
    exchange(device, 1, &to_console);
}

/* Port 0 of a virtio console, which is its first two queues. */
static void drive_console(transport device)
{
    static char line[64];
    unsigned length = 0;
    start(device);
    use_queue(device, 0, &from_console);
    use_queue(device, 1, &to_console);
    device[STATUS] |= DRIVER_OK;
    write_text(device, "Hello from the virtio console\r\n> ");
    /* A terminal sends a carriage return at the end of a line. */
    while (length < sizeof line - 1 && (length == 0 || line[length - 1] != '\r')) {
        uint32_t room = (uint32_t)(sizeof line - 1 - length);
        struct descriptor all = { (uintptr_t)line + length, room, DEVICE_WRITES, 0 };
        from_console.descriptors[0] = all;
        length += exchange(device, 0, &from_console);
    }
    write_text(device, "you said: ");
    write_text(device, line);
    write_text(device, "\n");
    console_write_line("its line is answered");
}

static void show_address(transport card)
{
    const volatile uint8_t *address = (const volatile uint8_t *)&card[CONFIGURATION];
    console_write("its address ends in ");
    console_write_hexadecimal(address[5]);
    console_write("\n");
}

void kernel_main(void)
{
    for (unsigned number = 0; number < TRANSPORTS; number++) {
        transport device = transport_at(number);
        if (device[MAGIC] != MAGIC_VALUE || device[DEVICE_ID] == 0)
            continue;
        console_write("virtio-mmio ");
        console_write_number(number);
        console_write(": device ");
        console_write_number(device[DEVICE_ID]);
        console_write(", version ");
        console_write_number(device[VERSION]);
        console_write("\n");
        if (device[DEVICE_ID] == BLOCK)
            drive_disk(device);
        else if (device[DEVICE_ID] == CONSOLE)
            drive_console(device);
        else if (device[DEVICE_ID] == NETWORK)
            show_address(device);
    }
    console_write_line("no more devices");
    idle_forever();
}
