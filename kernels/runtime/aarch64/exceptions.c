/* Exceptions at level 1 (Arm ARM, "The exception syndrome"). */
#include "exceptions.h"

#include <stdint.h>

#include "machine.h"

#define EXCEPTION_CLASS_SHIFT 26

const char *const fault_address_register = "FAR_EL1";
const char *const instruction_pointer_register = "ELR_EL1";

extern const uint8_t exception_vectors[];

static void (*exception_handler)(const struct exception *exception);

void catch_exceptions(void (*handler)(const struct exception *exception))
{
    exception_handler = handler;
    __asm__ volatile("msr vbar_el1, %0\n\tisb" : : "r"(exception_vectors));
}

/* Called by entry.S. */
_Noreturn void handle_exception(uint64_t syndrome, uint64_t fault_address, uint64_t address)
{
    struct exception exception = {
        .vector = syndrome >> EXCEPTION_CLASS_SHIFT,
        .error_code = syndrome,
        .fault_address = fault_address,
        .instruction_pointer = address,
    };
    exception_handler(&exception);
    halt_forever();
}
