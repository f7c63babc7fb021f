/* From the assembly entry to kernel_main(). QEMU enters an ELF kernel without a word, and leaves
 * its device tree where RAM begins. */
#include "boot.h"
#include "console.h"
#include "device_tree.h"
#include "machine.h"

#define RAM_START ((const void *)0x40000000)

#ifdef __aarch64__
const char *const boot_architecture = "aarch64";
#else
const char *const boot_architecture = "arm";
#endif
const char *boot_protocol = "ELF";
const char *boot_command_line = "";

_Noreturn void start(void)
{
    boot_command_line = device_tree_command_line(RAM_START);
    console_start();
    kernel_main();
    halt_forever();
}
