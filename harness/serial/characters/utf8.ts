/** Where UTF-8 is cut off. */

/** Bytes at the end that may be the beginning of one more character: 0 to 3. */
export function unfinishedLength(bytes: Uint8Array): number {
  for (let length = 1; length <= 3 && length <= bytes.length; length += 1) {
    const byte = bytes[bytes.length - length] as number;
    const isContinuation = byte >= 0x80 && byte <= 0xbf;
    if (!isContinuation) return lengthAfter(byte) >= length ? length : 0;
  }
  return 0;
}

/** Bytes that follow `byte` in a character that begins with it (Unicode, table 3-7). */
function lengthAfter(byte: number): number {
  if (byte < 0xc2 || byte > 0xf4) return 0;
  if (byte < 0xe0) return 1;
  return byte < 0xf0 ? 2 : 3;
}
