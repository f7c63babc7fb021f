/** Normalises what nearly all output is, four bytes at a time: every byte of a port comes by. */

/** Parameters and intermediates of a sequence that the decoder still believes in. */
const mostParameters = 62;
/** Where it does not go on here: there is more to these bytes than is ordinary. */
const notOrdinary = -1;

/**
 * Copies printable ASCII, tabs and line feeds into `text`, returns that belong to a line feed not,
 * and whole control sequences (`ESC [ … m`; ECMA-48, 5.4) not.
 * @param text at least as long as `bytes`.
 * @returns how much is in `text`, or -1 where `bytes` have anything else in them.
 */
export function normaliseOrdinary(bytes: Uint8Array, text: Uint8Array): number {
  const { buffer, byteOffset, length } = bytes;
  const isAligned = byteOffset % 4 === 0;
  const words = isAligned ? new Int32Array(buffer, byteOffset, length >> 2) : new Int32Array(0);
  let used = 0;
  for (let at = 0; at < length; ) {
    const word = (at & 3) === 0 ? (words[at >> 2] ?? 0) : 0;
    if (isPrintable(word)) {
      text[used] = word;
      text[used + 1] = word >> 8;
      text[used + 2] = word >> 16;
      text[used + 3] = word >> 24;
      used += 4;
      at += 4;
      continue;
    }
    const byte = bytes[at] as number;
    if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09) {
      text[used] = byte;
      used += 1;
      at += 1;
    } else {
      at = skipped(bytes, at, byte);
      if (at === notOrdinary) return notOrdinary;
    }
  }
  return used;
}

/**
 * `true` if none of the four bytes of `word` is below 0x20, 0x7f, or above it. Each of the three
 * terms has the highest bit of a byte set where that is so: taking 0x20 away borrows, adding 1
 * carries, and what is above ASCII has it set already.
 */
function isPrintable(word: number): boolean {
  return (((word - 0x20202020) | (word + 0x01010101) | word) & 0x80808080) === 0;
}

/** Where it goes on behind what leaves nothing in the text. */
function skipped(bytes: Uint8Array, at: number, byte: number): number {
  if (byte === 0x0d) return bytes[at + 1] === 0x0a ? at + 1 : notOrdinary;
  if (byte !== 0x1b || bytes[at + 1] !== 0x5b) return notOrdinary;
  const most = at + 2 + mostParameters;
  let end = at + 2;
  while (end < most && isParameter(bytes[end])) end += 1;
  const final = bytes[end] ?? 0;
  return final >= 0x40 && final < 0x7f ? end + 1 : notOrdinary;
}

function isParameter(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte < 0x40;
}
