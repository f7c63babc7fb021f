/* The serial console: the first serial port of the machine, unless a kernel selects another. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdint.h>

/* Sets the serial port up. The runtime calls this before kernel_main(). */
void console_start(void);

/* From now on all text goes to, and comes from, the serial port of that number: 0 is the first one,
 * 3 the last. Call console_start() next. What is sent to a port that is not there is lost. */
void console_select(unsigned port);

/* Sends one byte as it is, after waiting until the serial port can take it. */
void console_write_byte(uint8_t byte);

/* Sends one byte without asking whether the serial port can take it. Real hardware would lose
 * most of what is sent this way, and so do many first kernels without their authors knowing. */
void console_write_byte_unpolled(uint8_t byte);

/* Waits, for ever if need be, until a byte arrives. */
uint8_t console_read_byte(void);

/* Whether a byte has arrived that was not read yet. */
int console_has_byte(void);

/* How many received bytes the serial port holds until they are read: 16 with its FIFO, and 1
 * without. Changing it loses what has arrived. */
void console_use_receive_fifo(int use);

/* Sends text. As a terminal expects it, every '\n' is sent as carriage return and line feed. */
void console_write(const char *text);
void console_write_line(const char *text);

/* Sends a number in decimal, or in hexadecimal with "0x" in front, without leading zeros. */
void console_write_number(unsigned long number);
void console_write_hexadecimal(unsigned long number);

/* Sends one byte to the debug console, which is not the serial port: on x86 it is I/O port 0xE9,
 * which QEMU shows with -debugcon. */
void debug_console_write_byte(uint8_t byte);

#endif
