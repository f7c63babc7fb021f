/* Power, reset, exit and halt on QEMU's x86 machines.
 *
 * A kernel for real hardware finds these registers in the ACPI tables. QEMU's machines have them
 * at fixed places, so this runtime tries one place after the other: a write to a place where
 * there is no device has no effect. */
#include "machine.h"

#include "console.h"
#include "countdown.h"
#include "port.h"

/* Machines "pc" and "q35": the ACPI register PM1a_CNT, at the port where QEMU's firmware puts it.
 * Bit 13 is SLP_EN; sleep type 0 in bits 10 to 12 is what QEMU's chipsets take for "off". */
#define PM1A_CONTROL 0x604
#define SLEEP_ENABLE_TYPE_0 0x2000

/* Machine "microvm": the ACPI Generic Event Device (include/hw/i386/microvm.h in QEMU).
 * Sleep control: type 5 ("off") in bits 2 to 4, and the enable bit 5. */
#define GED_SLEEP_CONTROL ((volatile uint8_t *)0xfea00200)
#define GED_SLEEP_ENABLE_TYPE_5 ((5 << 2) | (1 << 5))
#define GED_RESET ((volatile uint8_t *)0xfea00202)
#define GED_RESET_VALUE 0x42

/* Machines "pc" and "q35": the reset control register of the chipset. */
#define RESET_CONTROL 0xcf9
#define FULL_RESET 0x06

/* The keyboard controller of the PC/AT, whose output line 0 is wired to the reset pin. */
#define KEYBOARD_COMMAND 0x64
#define PULSE_RESET_LINE 0xfe

/* The processor runs on for a moment after a write that switches the machine off or resets it;
 * only if it is still running after this time was the write in vain. */
#define SWITCH_LIMIT_SECONDS 1

#define DEBUG_EXIT 0xf4

/* The interrupt masks of the two 8259 interrupt controllers. */
#define FIRST_PIC_MASK 0x21
#define SECOND_PIC_MASK 0xa1

void power_off(void)
{
    start_countdown(SWITCH_LIMIT_SECONDS);
    port_write_word(PM1A_CONTROL, SLEEP_ENABLE_TYPE_0);
    *GED_SLEEP_CONTROL = GED_SLEEP_ENABLE_TYPE_5;
    while (*COUNTDOWN != 0)
        __asm__ volatile("pause");
    console_write_line("power_off: this machine has no power switch that the runtime knows");
    halt_forever();
}

void reset(void)
{
    start_countdown(SWITCH_LIMIT_SECONDS);
    port_write_byte(RESET_CONTROL, FULL_RESET);
    *GED_RESET = GED_RESET_VALUE;
    port_write_byte(KEYBOARD_COMMAND, PULSE_RESET_LINE);
    while (*COUNTDOWN != 0)
        __asm__ volatile("pause");
    console_write_line("reset: this machine has no reset that the runtime knows");
    halt_forever();
}

void exit_with(uint8_t status)
{
    start_countdown(SWITCH_LIMIT_SECONDS);
    port_write_byte(DEBUG_EXIT, status);
    while (*COUNTDOWN != 0)
        __asm__ volatile("pause");
    console_write_line("exit_with: this machine has no isa-debug-exit device at port 0xf4");
    halt_forever();
}

void halt_forever(void)
{
    /* The loop is for non-maskable interrupts, which wake the processor even now. */
    for (;;)
        __asm__ volatile("cli; hlt");
}

void idle_forever(void)
{
    port_write_byte(FIRST_PIC_MASK, 0xff);
    port_write_byte(SECOND_PIC_MASK, 0xff);
    for (;;)
        __asm__ volatile("sti; hlt");
}
