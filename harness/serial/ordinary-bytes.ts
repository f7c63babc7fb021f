/** Tells bytes that need no closer look from those that do, four at a time: every byte comes by. */

/** Tab, line feed, return, escape: the controls that nearly all output is made with. */
const usualControls = [0x09, 0x0a, 0x0d, 0x1b];
/** What a byte is, by its value: 1 where it needs a closer look. */
const rare = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte < 0x7f) || usualControls.includes(byte) ? 0 : 1,
);

/** `true` if all are printable ASCII, tabs, line ends, and escapes. */
export function isOrdinary(bytes: Uint8Array): boolean {
  const { buffer, byteOffset, length } = bytes;
  const isAligned = byteOffset % 4 === 0;
  const words = isAligned ? new Int32Array(buffer, byteOffset, length >> 2) : new Int32Array(0);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as number;
    if (isPrintable(word)) continue;
    const at = index * 4;
    if (hasRare(bytes, at, at + 4)) return false;
  }
  return !hasRare(bytes, words.length * 4, length);
}

/**
 * `true` if none of the four bytes of `word` is below 0x20, 0x7f, or above it. Each of the three
 * terms has the highest bit of a byte set where that is so: taking 0x20 away borrows, adding 1
 * carries, and what is above ASCII has it set already.
 */
function isPrintable(word: number): boolean {
  return (((word - 0x20202020) | (word + 0x01010101) | word) & 0x80808080) === 0;
}

function hasRare(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    if (rare[bytes[at] as number] === 1) return true;
  }
  return false;
}
