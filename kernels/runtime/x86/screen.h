/* The text screen of a VGA adapter: 80 columns, 25 rows. */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdint.h>

#define SCREEN_COLUMNS 80
#define SCREEN_ROWS 25

/* Attributes: the foreground in the low four bits, the background above. */
#define GREY_ON_BLACK 0x07
#define BLACK_ON_GREY 0x70
#define YELLOW_ON_BLUE 0x1e

/* Fills the screen with blanks, and hides the cursor, which blinks on every picture of it. */
void screen_clear(void);

/* Shows a text; what does not fit into the row is cut. Rows and columns count from 0. */
void screen_write(unsigned row, unsigned column, uint8_t attribute, const char *text);

/* Shows a number in decimal, in a field of five characters. */
void screen_write_number(unsigned row, unsigned column, long number);

#endif
