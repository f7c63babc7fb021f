/* Calls as in "Semihosting for AArch32 and AArch64" (Arm), and QEMU's semihosting/. */
#include "semihosting.h"

#include "console.h"
#include "exceptions.h"
#include "machine.h"

#define GET_COMMAND_LINE 0x15
#define EXIT_EXTENDED 0x20
#define APPLICATION_EXIT 0x20026

static unsigned long call(unsigned long operation, void *parameter)
{
#ifdef __aarch64__
    register unsigned long result __asm__("x0") = operation;
    register void *block __asm__("x1") = parameter;
    __asm__ volatile("hlt #0xf000" : "+r"(result) : "r"(block) : "memory");
#else
    register unsigned long result __asm__("r0") = operation;
    register void *block __asm__("r1") = parameter;
#ifdef __thumb__
    __asm__ volatile("bkpt #0xab" : "+r"(result) : "r"(block) : "memory");
#else
    /* Where semihosting is off, this is a call into the mode in which we are: LR is overwritten. */
    __asm__ volatile("svc #0x123456" : "+r"(result) : "r"(block) : "lr", "memory");
#endif
#endif
    return result;
}

void semihosting_exit(uint8_t status)
{
    unsigned long block[] = { APPLICATION_EXIT, status };
    call(EXIT_EXTENDED, block);
}

void semihosting_command_line(char *buffer, unsigned long size)
{
    unsigned long block[] = { (unsigned long)buffer, size };
    if (call(GET_COMMAND_LINE, block) != 0)
        buffer[0] = '\0';
}

static _Noreturn void report_missing(const struct exception *exception)
{
    (void)exception;
    console_write_line("exit_with: QEMU runs this machine without semihosting");
    halt_forever();
}

void exit_with(uint8_t status)
{
    /* Where semihosting is off, the call is an exception on the A profile, and returns on the M
     * profile, whose runtime passes over it. */
    catch_exceptions(report_missing);
    semihosting_exit(status);
    report_missing(0);
}
