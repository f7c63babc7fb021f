/* From the assembly entry to kernel_main(). QEMU leaves parameters as the board's own boot loader
 * (YAMON) does; none of them is needed here. */
#include "boot.h"
#include "console.h"
#include "machine.h"

const char *const boot_architecture = "mips";
const char *boot_protocol = "YAMON";
const char *boot_command_line = "";

_Noreturn void start(void)
{
    console_start();
    kernel_main();
    halt_forever();
}
