/* What a kernel can do with the whole machine. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

/* Switches the machine off. If it has no switch that the runtime knows, says so and halts. */
_Noreturn void power_off(void);

/* Resets the machine through a device, not by a fault. If it has no reset that the runtime
 * knows, says so and halts. */
_Noreturn void reset(void);

/* Halts with interrupts off. On x86 nothing but a reset can wake the processor again; on others an
 * interrupt does although it is masked, and the runtime halts once more. */
_Noreturn void halt_forever(void);

/* Halts with interrupts on, and with every device's interrupt masked: alive, and idle. */
_Noreturn void idle_forever(void);

/* Ends QEMU through its exit device. If the machine has none, says so and halts.
 * On x86 that is "-device isa-debug-exit,iobase=0xf4", and QEMU's process ends with exit code
 * (status << 1) | 1, of which the host keeps eight bits: 49 becomes 99, and 0 becomes 1. On Arm it
 * is semihosting ("-semihosting-config enable=on,target=native"), and on RISC-V the finisher that
 * "virt" always has: there the exit code is the status. */
_Noreturn void exit_with(uint8_t status);

/* Lets time pass. The limit is 60 seconds. */
void wait_seconds(uint32_t seconds);

#endif
