/** Where UTF-8 is cut off, and where bytes that are none of it are 8-bit controls. */

/** DCS, SOS, CSI, ST, OSC, PM and APC as single bytes (ECMA-48, 5.6). */
const controls = new Set([0x90, 0x98, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f]);

/** Bytes at the end that may be the beginning of one more character: 0 to 3. */
export function unfinishedLength(bytes: Uint8Array): number {
  for (let length = 1; length <= 3 && length <= bytes.length; length += 1) {
    const byte = bytes[bytes.length - length] as number;
    const isContinuation = byte >= 0x80 && byte <= 0xbf;
    if (!isContinuation) return lengthAfter(byte) >= length ? length : 0;
  }
  return 0;
}

/**
 * Positions of 8-bit controls in bytes that begin with a character: such a byte inside a character
 * is a part of it (Unicode, table 3-7, well-formed byte sequences).
 */
export function* controlPositions(bytes: Uint8Array): Generator<number> {
  let needed = 0;
  let [least, most] = [0x80, 0xbf];
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] as number;
    const continues = needed > 0 && byte >= least && byte <= most;
    [least, most] = continues ? [0x80, 0xbf] : rangeAfter(byte);
    needed = continues ? needed - 1 : lengthAfter(byte);
    if (!continues && controls.has(byte)) yield index;
  }
}

/** Bytes that follow `byte` in a character that begins with it. */
function lengthAfter(byte: number): number {
  if (byte < 0xc2 || byte > 0xf4) return 0;
  if (byte < 0xe0) return 1;
  return byte < 0xf0 ? 2 : 3;
}

/** What the byte after a first byte may be. */
function rangeAfter(byte: number): [least: number, most: number] {
  if (byte === 0xe0) return [0xa0, 0xbf];
  if (byte === 0xed) return [0x80, 0x9f];
  if (byte === 0xf0) return [0x90, 0xbf];
  if (byte === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}
