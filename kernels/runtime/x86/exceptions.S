/* Where the processor enters on an exception: one short stub for each of the 32 vectors. */

/* For these the processor pushes an error code; for the others the stub pushes 0 in its place,
 * so that the stack always looks the same. */
#define PUSHES_ERROR_CODE \
    (1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | \
     1 << 17 | 1 << 21 | 1 << 29 | 1 << 30)

    .text
    .balign 16
    .global exception_stubs
exception_stubs:
    .set vector, 0
    .rept 32
    .balign 16
    .if (PUSHES_ERROR_CODE >> vector) & 1 == 0
    push $0
    .endif
    push $vector
    jmp enter_handler
    .set vector, vector + 1
    .endr

/* The stack now holds, lowest address first: vector, error code, instruction pointer, ...
 * Pushing the instruction pointer and the frame pointer once more makes the exception look like
 * a call, so that a backtrace goes on into the code that was interrupted. The handler does not
 * return, so no register is saved. */
enter_handler:
#ifdef __x86_64__
    mov %rsp, %rdi
    push 16(%rsp)
    push %rbp
    mov %rsp, %rbp
    and $-16, %rsp
#else
    mov %esp, %eax
    push 8(%esp)
    push %ebp
    mov %esp, %ebp
    push %eax
#endif
    call handle_exception
