/* A countdown on the timer of the local APIC (Intel SDM volume 3, "APIC Timer").
 *
 * It is the one clock that every x86 machine of QEMU has: microvm may come without PIT and RTC,
 * and the time-stamp counter does not say how fast it counts. QEMU and KVM count the APIC timer
 * at 1 GHz, whatever the host; on real hardware it would have to be calibrated first. */
#ifndef COUNTDOWN_H
#define COUNTDOWN_H

#include <stdint.h>

/* Starts at what start_countdown() set, and ends at 0. */
#define COUNTDOWN ((volatile uint32_t *)0xfee00390)

/* The limit is 60 seconds. */
void start_countdown(uint32_t seconds);

#endif
