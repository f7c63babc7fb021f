/* From the assembly entry to kernel_main(). The command line comes by semihosting, if at all. */
#include "boot.h"
#include "console.h"
#include "machine.h"
#include "semihosting.h"

#define COMMAND_LINE_SIZE 256

const char *const boot_architecture = "cortex-m";
const char *boot_protocol = "vector table";
const char *boot_command_line;

static char command_line[COMMAND_LINE_SIZE];

_Noreturn void start(void)
{
    semihosting_command_line(command_line, sizeof command_line);
    boot_command_line = command_line;
    console_start();
    kernel_main();
    halt_forever();
}
