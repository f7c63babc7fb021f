/* Asks a Trusted Platform Module for random bytes, and prints what it is and what it answers. It
 * speaks to the FIFO interface at its usual place, in locality 0 (TCG PC Client Platform TPM
 * Profile, "FIFO Interface"; the commands are in the TPM Library specification, part 3). */
#include "console.h"
#include "machine.h"

#define TPM 0xfed40000ul

/* Registers of locality 0. */
#define ACCESS (*(volatile uint8_t *)(TPM + 0x00))
#define STATUS (*(volatile uint32_t *)(TPM + 0x18))
#define STATUS_BYTE (*(volatile uint8_t *)(TPM + 0x18))
#define DATA (*(volatile uint8_t *)(TPM + 0x24))
#define VENDOR_AND_DEVICE (*(volatile uint32_t *)(TPM + 0xf00))

enum { ACCESS_REQUEST_USE = 0x02, ACCESS_IS_OURS = 0xa0 };
enum { STATUS_DATA_AVAILABLE = 0x90, STATUS_GO = 0x20, STATUS_COMMAND_READY = 0x40 };
#define STATUS_FAMILY_2_0 (1u << 26)

#define HEADER_BYTES 10
#define RESPONSE_LIMIT 64

/* Tag, length in all, what to do; all of them with the highest byte first. */
static const uint8_t startup[] = { 0x80, 0x01, 0, 0, 0, 12, 0, 0, 1, 0x44, 0, 0 };
static const uint8_t get_random[] = { 0x80, 0x01, 0, 0, 0, 12, 0, 0, 1, 0x7b, 0, 16 };
static const uint8_t startup_1_2[] = { 0, 0xc1, 0, 0, 0, 12, 0, 0, 0, 0x99, 0, 1 };
static const uint8_t get_random_1_2[] = { 0, 0xc1, 0, 0, 0, 14, 0, 0, 0, 0x46, 0, 0, 0, 16 };

static uint8_t response[RESPONSE_LIMIT];

static uint32_t number_at(unsigned place)
{
    uint32_t number = 0;
    for (unsigned byte = 0; byte < 4; byte++)
        number = number << 8 | response[place + byte];
    return number;
}

static void receive(unsigned from, unsigned until)
{
    for (unsigned place = from; place < until && place < RESPONSE_LIMIT; place++)
        response[place] = DATA;
}

/* Sends a command, and returns the length of the response. */
static uint32_t transact(const uint8_t *command, unsigned length)
{
    STATUS_BYTE = STATUS_COMMAND_READY;
    while ((STATUS & STATUS_COMMAND_READY) == 0)
        ;
    for (unsigned place = 0; place < length; place++)
        DATA = command[place];
    STATUS_BYTE = STATUS_GO;
    while ((STATUS & STATUS_DATA_AVAILABLE) != STATUS_DATA_AVAILABLE)
        ;
    receive(0, HEADER_BYTES);
    receive(HEADER_BYTES, number_at(2));
    STATUS_BYTE = STATUS_COMMAND_READY;
    return number_at(2);
}

static void print_random(unsigned first, uint32_t end)
{
    console_write("result ");
    console_write_hexadecimal(number_at(6));
    console_write(", random bytes:");
    for (unsigned place = first; place < end && place < RESPONSE_LIMIT; place++) {
        console_write(" ");
        console_write_hexadecimal(response[place]);
    }
    console_write("\n");
}

void kernel_main(void)
{
    /* Where there is nothing, QEMU reads zeros, and real hardware ones. */
    if (VENDOR_AND_DEVICE == 0 || VENDOR_AND_DEVICE == ~0u) {
        console_write_line("no TPM");
        power_off();
    }
    ACCESS = ACCESS_REQUEST_USE;
    while ((ACCESS & ACCESS_IS_OURS) != ACCESS_IS_OURS)
        ;
    int is_2_0 = (STATUS & STATUS_FAMILY_2_0) != 0;
    console_write(is_2_0 ? "TPM 2.0, vendor and device " : "TPM 1.2, vendor and device ");
    console_write_hexadecimal(VENDOR_AND_DEVICE);
    console_write("\n");
    /* Firmware may have started it: then this is an error that changes nothing. */
    if (is_2_0) {
        transact(startup, sizeof startup);
        print_random(HEADER_BYTES + 2, transact(get_random, sizeof get_random));
    } else {
        transact(startup_1_2, sizeof startup_1_2);
        print_random(HEADER_BYTES + 4, transact(get_random_1_2, sizeof get_random_1_2));
    }
    power_off();
}
