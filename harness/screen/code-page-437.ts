/** What the character generator of a PC's VGA adapter shows: code page 437, with its symbols. */

/** The first 32, which are controls only where they are not on a screen. */
const symbols = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼";
const upperHalf =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
  "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ";

const characters = [
  ...symbols,
  ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)),
  "⌂",
  ...upperHalf,
];

/** The character with that number, 0 to 255. */
export function characterOf(code: number): string {
  return characters[code] ?? " ";
}
