/* Semihosting: an instruction that a debugger, or QEMU, takes for a call. */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdint.h>

/* Ends QEMU with this exit code. Where semihosting is off, the instruction is an exception. */
void semihosting_exit(uint8_t status);

/* QEMU's -append, in a buffer of `size` bytes; an empty text where there is none. */
void semihosting_command_line(char *buffer, unsigned long size);

#endif
