/* Jumps in place with interrupts off, without a word: a kernel that ends in `for (;;);`. */

void kernel_main(void)
{
    /* The empty assembly statement stands for nothing, so that the compiler keeps the loop. */
    for (;;)
        __asm__ volatile("");
}
