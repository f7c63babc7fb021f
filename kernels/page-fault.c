/* Touches memory that is not mapped, and has a handler that reports it and halts. */
#include "console.h"
#include "exceptions.h"
#include "machine.h"
#include "memory.h"

static void write_value(const char *name, unsigned long value)
{
    console_write("  ");
    console_write(name);
    console_write(" = ");
    console_write_hexadecimal(value);
    console_write("\n");
}

static void report(const struct exception *exception)
{
    console_write("Unhandled exception: vector ");
    console_write_number(exception->vector);
    console_write(", error code ");
    console_write_hexadecimal(exception->error_code);
    console_write("\n");
    write_value(fault_address_register, exception->fault_address);
    write_value(instruction_pointer_register, exception->instruction_pointer);
    halt_forever();
}

__attribute__((noinline)) static void touch_unmapped_page(volatile int *page)
{
    *page = 1;
}

void kernel_main(void)
{
    catch_exceptions(report);
    console_write_line("about to fault");
    touch_unmapped_page(unmapped_page());
    console_write_line("not reached");
}
