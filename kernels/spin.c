/* Polls memory in an endless loop, without a word: a kernel that waits for what never happens. */

static volatile int has_happened;

void kernel_main(void)
{
    while (!has_happened) {
    }
}
