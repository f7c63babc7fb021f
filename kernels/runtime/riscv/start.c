/* From the assembly entry to kernel_main(). */
#include "boot.h"
#include "console.h"
#include "device_tree.h"
#include "machine.h"

#if __riscv_xlen == 64
const char *const boot_architecture = "riscv64";
const char *boot_protocol = "SBI";
#else
const char *const boot_architecture = "riscv32";
const char *boot_protocol = "ELF";
#endif
const char *boot_command_line = "";

/* Called by entry.S with the address of the device tree. */
_Noreturn void start(const void *device_tree)
{
    boot_command_line = device_tree_command_line(device_tree);
    console_start();
    kernel_main();
    halt_forever();
}
