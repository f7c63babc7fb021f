/* Exceptions of the A profile (Arm ARM for Armv7-A, B1.8), and the registers that describe them. */
#include "exceptions.h"

#include <stdint.h>

#include "machine.h"

/* Places in the vector table. */
#define PREFETCH_ABORT 3
#define DATA_ABORT 4

const char *const fault_address_register = "DFAR";
const char *const instruction_pointer_register = "PC";

extern const uint8_t exception_vectors[];

static void (*exception_handler)(const struct exception *exception);

void catch_exceptions(void (*handler)(const struct exception *exception))
{
    exception_handler = handler;
    __asm__ volatile("mcr p15, 0, %0, c12, c0, 0\n\tisb" : : "r"(exception_vectors));
}

/* Called by entry.S. */
_Noreturn void handle_exception(unsigned long vector, unsigned long address)
{
    struct exception exception = { .vector = vector, .instruction_pointer = address };
    if (vector == DATA_ABORT) {
        __asm__ volatile("mrc p15, 0, %0, c5, c0, 0" : "=r"(exception.error_code));
        __asm__ volatile("mrc p15, 0, %0, c6, c0, 0" : "=r"(exception.fault_address));
    } else if (vector == PREFETCH_ABORT) {
        /* There it is IFAR; the address of the instruction is the same, and always right. */
        __asm__ volatile("mrc p15, 0, %0, c5, c0, 1" : "=r"(exception.error_code));
        exception.fault_address = address;
    }
    exception_handler(&exception);
    halt_forever();
}
