/* From the assembly entry to kernel_main(). The firmware SLOF passes a way to call it back, which
 * is not needed here. */
#include "boot.h"
#include "console.h"
#include "machine.h"

const char *const boot_architecture = "ppc64";
const char *boot_protocol = "Open Firmware";
const char *boot_command_line = "";

/* Called by entry.S. */
_Noreturn void start(void)
{
    console_start();
    kernel_main();
    halt_forever();
}
