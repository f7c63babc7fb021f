/* Exceptions of the M profile (Armv7-M ARM, B1.5 and B3.2). */
#include "exceptions.h"

#include <stdint.h>

#include "machine.h"

#define HANDLER_CONTROL (*(volatile uint32_t *)0xe000ed24)
#define BUS_FAULT_ENABLE (1 << 17)
#define FAULT_STATUS (*(volatile uint32_t *)0xe000ed28)
#define BUS_FAULT_ADDRESS (*(volatile uint32_t *)0xe000ed38)

const char *const fault_address_register = "BFAR";
const char *const instruction_pointer_register = "PC";

static void (*exception_handler)(const struct exception *exception);

void catch_exceptions(void (*handler)(const struct exception *exception))
{
    exception_handler = handler;
    HANDLER_CONTROL |= BUS_FAULT_ENABLE;
}

/* Called by entry.S. */
_Noreturn void handle_exception(unsigned long vector, unsigned long address)
{
    /* Nobody catches it: a fault in here is one too many, and locks the processor up. */
    if (exception_handler == 0)
        __builtin_trap();
    struct exception exception = {
        .vector = vector,
        .error_code = FAULT_STATUS,
        .fault_address = BUS_FAULT_ADDRESS,
        .instruction_pointer = address,
    };
    exception_handler(&exception);
    halt_forever();
}
