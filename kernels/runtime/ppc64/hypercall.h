/* Calls of the hypervisor of the machine "pseries", which is QEMU itself (Linux on Power
 * Architecture Reference, "hcall() interfaces"). */
#ifndef HYPERCALL_H
#define HYPERCALL_H

#define HYPERCALL_SUCCESS 0

/* Gives up to three words; @return what the hypervisor says of it. */
static inline unsigned long hypercall(unsigned long number, unsigned long first,
                                      unsigned long second, unsigned long third)
{
    register unsigned long r3 __asm__("r3") = number;
    register unsigned long r4 __asm__("r4") = first;
    register unsigned long r5 __asm__("r5") = second;
    register unsigned long r6 __asm__("r6") = third;
    __asm__ volatile("sc 1"
                     : "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6)
                     :
                     : "r0", "r7", "r8", "r9", "r10", "r11", "r12", "ctr", "xer", "cr0", "cr1",
                       "cr5", "cr6", "cr7", "memory");
    return r3;
}

#endif
