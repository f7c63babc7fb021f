/* What differs between machines with a 16550 UART: how its registers are reached. Each
 * architecture that has one defines these. */
#ifndef NS16550_H
#define NS16550_H

#include <stdint.h>

uint8_t ns16550_read(unsigned offset);
void ns16550_write(unsigned offset, uint8_t value);

/* Called between two looks at a register that has not changed yet. */
void ns16550_rest(void);

#endif
