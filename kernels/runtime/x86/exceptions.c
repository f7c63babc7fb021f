/* The interrupt descriptor table (Intel SDM volume 3, chapter "Interrupt and Exception
 * Handling"), with one gate for each of the 32 exceptions. */
#include "exceptions.h"

#include <stdint.h>

#include "machine.h"

#define EXCEPTION_COUNT 32
#define STUB_SIZE_BYTES 16 /* as exceptions.S aligns them */
#define CODE_SEGMENT 0x08  /* in the descriptor table of entry.S */
#define PRESENT_INTERRUPT_GATE 0x8e

struct gate {
    uint16_t address_low;
    uint16_t code_segment;
    uint8_t stack_table_index;
    uint8_t type;
    uint16_t address_middle;
#ifdef __x86_64__
    uint32_t address_high;
    uint32_t reserved;
#endif
} __attribute__((packed));

struct table_register {
    uint16_t last_byte;
    uintptr_t address;
} __attribute__((packed));

/* What the processor and exceptions.S have pushed, lowest address first. */
struct exception_stack {
    unsigned long vector;
    unsigned long error_code;
    unsigned long instruction_pointer;
};

#ifdef __x86_64__
const char *const instruction_pointer_register = "RIP";
#else
const char *const instruction_pointer_register = "EIP";
#endif
const char *const fault_address_register = "CR2";

extern const uint8_t exception_stubs[];

static struct gate gates[EXCEPTION_COUNT];
static void (*exception_handler)(const struct exception *exception);

void catch_exceptions(void (*handler)(const struct exception *exception))
{
    exception_handler = handler;
    for (unsigned vector = 0; vector < EXCEPTION_COUNT; vector++) {
        uintptr_t address = (uintptr_t)exception_stubs + vector * STUB_SIZE_BYTES;
        gates[vector] = (struct gate){
            .address_low = (uint16_t)address,
            .code_segment = CODE_SEGMENT,
            .type = PRESENT_INTERRUPT_GATE,
            .address_middle = (uint16_t)(address >> 16),
        };
    }
    struct table_register table = { sizeof gates - 1, (uintptr_t)gates };
    __asm__ volatile("lidt %0" : : "m"(table));
}

/* Called by exceptions.S. */
_Noreturn void handle_exception(const struct exception_stack *stack)
{
    unsigned long fault_address;
    __asm__ volatile("mov %%cr2, %0" : "=r"(fault_address));
    struct exception exception = {
        .vector = stack->vector,
        .error_code = stack->error_code,
        .fault_address = fault_address,
        .instruction_pointer = stack->instruction_pointer,
    };
    exception_handler(&exception);
    halt_forever();
}
