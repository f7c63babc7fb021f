/* Runs in an endless loop, without a word: a kernel that waits for what never happens. */

void kernel_main(void)
{
    /* The empty assembly statement stands for work, so that the compiler keeps the loop. */
    for (;;)
        __asm__ volatile("");
}
