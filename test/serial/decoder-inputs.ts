/** What a decoder of serial output is tried with. */
import fc from "fast-check";

/** Text with characters that stand in escape sequences, too. */
export const printable = fc.string({
  unit: fc.oneof(
    fc.constantFrom("a", "[", "\\", "m", "0", ";", "]", "é", "😀", "\t", "\n", "\r"),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
  maxLength: 20,
});
/** One whole escape sequence or control string (ECMA-48). */
export const sequence = fc.oneof(
  fc.constantFrom(
    "\x1b7",
    "\x1bc",
    "\x1b(B",
    "\x1b#8",
    "\x1b[m",
    "\x1b[=3h",
    "\x1b[?25l",
    "\x1b[2 q",
  ),
  fc.array(fc.nat(999), { maxLength: 5 }).map((numbers) => `\x1b[${numbers.join(";")}H`),
  fc.array(fc.nat(999), { maxLength: 5 }).map((numbers) => `\x1b[${numbers.join(":")}m`),
  fc.constantFrom("\x1b]0;title\x07", "\x1b]8;;http://a/\x1b\\", "\x1b]2;x\x07"),
  fc.constantFrom(
    "\x1bPq#0;1~\x1b\\",
    "\x1b_Ga=T\x1b\\",
    "\x1b^pm\x1b\\",
    "\x1bXsos\x1b\\",
    "\x1bP0;1|17/ab\x1b\\",
  ),
);
