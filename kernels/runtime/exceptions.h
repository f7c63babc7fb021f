/* Processor exceptions: faults and traps that the processor raises by itself. */
#ifndef EXCEPTIONS_H
#define EXCEPTIONS_H

struct exception {
    unsigned long vector;              /* which one, as the architecture counts them */
    unsigned long error_code;          /* or syndrome, or status; 0 where there is none */
    unsigned long fault_address;       /* what was accessed; for a page fault only */
    unsigned long instruction_pointer; /* where it happened */
};

/* What this architecture calls the two registers: "CR2" and "RIP" on x86-64. */
extern const char *const fault_address_register;
extern const char *const instruction_pointer_register;

/* From now on `handler` is called for every exception. When it returns, the runtime halts.
 * Without this call, the first exception is a triple fault on x86, where the runtime starts with an
 * empty interrupt descriptor table; elsewhere it goes where the firmware or a reset has left it. */
void catch_exceptions(void (*handler)(const struct exception *exception));

#endif
