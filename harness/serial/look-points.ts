/** Where in a stream of bytes a screen is looked at, however the stream is cut into chunks. */

/**
 * The index in `bytes`, from `from` on, of the next control character that follows something else:
 * a line end, a backspace, the beginning of an escape sequence. Only they can take away what
 * stands on the screen, so that it is looked at before.
 * @param previous the byte before `bytes`, if there was one.
 */
export function nextLookPoint(
  bytes: Uint8Array,
  from: number,
  previous: number | undefined,
): number | undefined {
  let isInControl = isControl(from === 0 ? previous : bytes[from - 1]);
  for (let index = from; index < bytes.length; index += 1) {
    const wasInControl = isInControl;
    isInControl = isControl(bytes[index]);
    if (isInControl && !wasInControl) return index;
  }
  return undefined;
}

/** Bytes of a character in UTF-8 are none. Before the first byte there is nothing to look at. */
function isControl(byte: number | undefined): boolean {
  return byte === undefined || byte < 0x20 || byte === 0x7f;
}
