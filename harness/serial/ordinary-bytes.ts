/** Normalises what nearly all output is, four bytes at a time: every byte of a port comes by. */

/** Characters of a control sequence behind its ESC that the decoder still believes in. */
const mostSequence = 63;

/** Where a copy of ordinary bytes came to. */
export interface Copied {
  /** Bytes that were read: behind them stands what is not ordinary, or nothing. */
  readonly read: number;
  /** Bytes of normalised text. */
  readonly written: number;
}

/** One buffer for all that is copied: it is looked at before the next. */
export class OrdinaryBytes {
  /** Normalised text, from the beginning on. */
  text: Buffer = Buffer.allocUnsafeSlow(0);
  #view = new DataView(this.text.buffer);

  /**
   * Copies printable ASCII, tabs and line feeds into `text`, returns that belong to a line feed
   * not, and whole control sequences (`ESC [ … m`; ECMA-48, 5.4) not. Ends before anything else.
   */
  copy(bytes: Uint8Array): Copied {
    if (this.text.length < bytes.length) {
      this.text = Buffer.allocUnsafeSlow(bytes.length);
      this.#view = new DataView(this.text.buffer);
    }
    const { text } = this;
    const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const view = this.#view;
    const lastWord = bytes.length - 4;
    let read = 0;
    let written = 0;
    while (read < bytes.length) {
      while (read <= lastWord) {
        const word = source.getInt32(read, true);
        if (!isPrintable(word)) break;
        view.setInt32(written, word, true);
        written += 4;
        read += 4;
      }
      if (read === bytes.length) break;
      const byte = bytes[read] as number;
      if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09) {
        text[written] = byte;
        written += 1;
        read += 1;
      } else {
        const next = behind(bytes, read, byte);
        if (next === read) break;
        read = next;
      }
    }
    return { read, written };
  }
}

/**
 * `true` if none of the four bytes of `word` is below 0x20, 0x7f, or above it. Each of the three
 * terms has the highest bit of a byte set where that is so: taking 0x20 away borrows, adding 1
 * carries, and what is above ASCII has it set already.
 */
function isPrintable(word: number): boolean {
  return (((word - 0x20202020) | (word + 0x01010101) | word) & 0x80808080) === 0;
}

/** Where it goes on behind what leaves nothing in the text; `at` where it is not ordinary. */
function behind(bytes: Uint8Array, at: number, byte: number): number {
  if (byte === 0x0d) return bytes[at + 1] === 0x0a ? at + 1 : at;
  if (byte !== 0x1b || bytes[at + 1] !== 0x5b) return at;
  const most = Math.min(bytes.length, at + 1 + mostSequence);
  let end = at + 2;
  while (end < most && isBetween(bytes[end] as number, 0x30, 0x3f)) end += 1;
  while (end < most && isBetween(bytes[end] as number, 0x20, 0x2f)) end += 1;
  return end < most && isBetween(bytes[end] as number, 0x40, 0x7e) ? end + 1 : at;
}

function isBetween(byte: number, least: number, most: number): boolean {
  return byte >= least && byte <= most;
}
