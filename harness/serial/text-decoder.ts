/**
 * Bytes from a serial line → normalised text: characters of the port's encoding, without escape
 * sequences, every line end a "\n", other control characters but the tab dropped. The text is a
 * function of the bytes alone, however they were cut into chunks and whenever they came.
 *
 * It is a log of what was printed: a backspace is dropped like other control characters, and
 * takes nothing back.
 */
import { CharacterDecoder, type Encoding } from "./characters/index.ts";
import { EscapeFilter } from "./escape-filter.ts";
import { LineEnds } from "./line-ends.ts";
import { OrdinaryBytes } from "./ordinary-bytes.ts";

/** Bytes up to which a closer look costs less than a try without one. */
const fewBytes = 64;
/** Bytes that are looked at closely together, where one of them needs it. */
const mostCloselyBytes = 512;

/** Incremental decoder; one for each port. `bytes` of the port stay as they came. */
export class TextDecoderOfSerial {
  readonly #characters: CharacterDecoder;
  readonly #escapes = new EscapeFilter();
  readonly #lineEnds = new LineEnds();
  readonly #ordinary = new OrdinaryBytes();

  constructor(encoding: Encoding = "utf-8") {
    this.#characters = new CharacterDecoder(encoding);
  }

  /** The text that `bytes` complete. Unfinished characters and escape sequences are held back. */
  write(bytes: Uint8Array): string {
    if (bytes.length < fewBytes) return this.#decode(this.#characters.write(bytes));
    let text = "";
    for (let from = 0; from < bytes.length; ) {
      const rest = bytes.subarray(from);
      if (this.#isBetween) {
        const { read, written } = this.#ordinary.copy(rest);
        // ASCII is Latin-1 as well, and Latin-1 is copied without a look.
        const copied = this.#ordinary.text.toString("latin1", 0, written);
        this.#lineEnds.pass(copied);
        text += copied;
        from += read;
        if (read === rest.length) break;
      }
      // Only the part with what is rare in it is looked at closely.
      const closely = bytes.subarray(from, from + mostCloselyBytes);
      text += this.#decode(this.#characters.write(closely));
      from += closely.length;
    }
    return text;
  }

  /** The text of an escape sequence that has begun, should it end here: it may be none. */
  get held(): string {
    return this.#escapes.held;
  }

  /** No more bytes come: what is held back is text, or was none. */
  end(): string {
    const text = this.#decode(this.#characters.end());
    return text + this.#lineEnds.write(this.#escapes.end());
  }

  /** Nothing of what came before has a say in what comes next. */
  get #isBetween(): boolean {
    return this.#characters.isBetween && !this.#escapes.isInside && !this.#lineEnds.isAfterReturn;
  }

  #decode(characters: string): string {
    return this.#lineEnds.write(this.#escapes.write(characters));
  }
}
