/* Touches memory that is not mapped. The page fault has no handler, since there is no interrupt
 * descriptor table; nor has the double fault that follows; and at the third the processor gives
 * up, which resets the machine. */
#include "console.h"
#include "memory.h"

__attribute__((noinline)) static void touch_unmapped_page(volatile int *page)
{
    *page = 1;
}

void kernel_main(void)
{
    console_write_line("about to fault");
    touch_unmapped_page(unmapped_page());
    console_write_line("not reached");
}
