/* Traps (RISC-V privileged ISA, "Supervisor Cause Register"): 5 and 7 are access faults, 13 and 15
 * page faults. */
#include "exceptions.h"

#include "machine.h"

#if __riscv_xlen == 64
const char *const fault_address_register = "stval";
const char *const instruction_pointer_register = "sepc";
#define SET_TRAP_VECTOR "csrw stvec, %0"
#else
const char *const fault_address_register = "mtval";
const char *const instruction_pointer_register = "mepc";
#define SET_TRAP_VECTOR "csrw mtvec, %0"
#endif

extern void trap_entry(void);

static void (*exception_handler)(const struct exception *exception);

void catch_exceptions(void (*handler)(const struct exception *exception))
{
    exception_handler = handler;
    __asm__ volatile(SET_TRAP_VECTOR : : "r"(trap_entry));
}

/* Called by entry.S. */
_Noreturn void handle_exception(unsigned long cause, unsigned long value, unsigned long address)
{
    struct exception exception = {
        .vector = cause,
        .fault_address = value,
        .instruction_pointer = address,
    };
    exception_handler(&exception);
    halt_forever();
}
