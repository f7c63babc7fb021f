/* Exit and halt on the RISC-V machine "virt". */
#include "machine.h"

#include "console.h"
#include "finisher.h"

void exit_with(uint8_t status)
{
    *FINISHER = status == 0 ? FINISHER_PASS : (uint32_t)status << 16 | FINISHER_FAIL;
    console_write_line("exit_with: this machine has no finisher at 0x100000");
    halt_forever();
}

void halt_forever(void)
{
    for (;;) {
#if __riscv_xlen == 64
        __asm__ volatile("csrci sstatus, 2\n\twfi");
#else
        __asm__ volatile("csrci mstatus, 8\n\twfi");
#endif
    }
}

void idle_forever(void)
{
    for (;;) {
#if __riscv_xlen == 64
        __asm__ volatile("csrsi sstatus, 2\n\twfi");
#else
        __asm__ volatile("csrsi mstatus, 8\n\twfi");
#endif
    }
}
