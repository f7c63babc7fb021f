/* The device by which a guest ends QEMU on the machine "virt" (QEMU, hw/misc/sifive_test.c). */
#ifndef FINISHER_H
#define FINISHER_H

#include <stdint.h>

#define FINISHER ((volatile uint32_t *)0x100000)
#define FINISHER_FAIL 0x3333
#define FINISHER_PASS 0x5555
#define FINISHER_RESET 0x7777

#endif
