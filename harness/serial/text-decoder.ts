/**
 * Bytes from a serial line → normalised text: UTF-8 decoded, escape sequences (ECMA-48) removed,
 * with 7-bit and with 8-bit introducers, every line end ("\n", "\r\n", "\n\r", a bare "\r", VT, FF)
 * a "\n", other control characters but the tab dropped. The result does not depend on how the bytes
 * were cut into chunks.
 *
 * The text is a log of what was printed: a backspace is dropped like other control characters, and
 * takes nothing back.
 */

import { normaliseOrdinary } from "./ordinary-bytes.ts";
import { controlPositions, unfinishedLength } from "./utf8.ts";

const escapeCode = 0x1b;
const stringTerminator = 0x9c;
/** What stands for bytes that are no UTF-8. */
const badUtf8 = "\ufffd";
/** Longest CSI or escape sequence, and longest control string, that is still believed to be one. */
const longestSequence = 64;
const longestString = 4096;

/** Bytes up to which a look at each of them costs less than a pass over all. */
const fewBytes = 64;
/** Bytes that are looked at closely together, where one of them needs it. */
const mostCloselyBytes = 512;

/** What may need a closer look: controls other than the tab. */
const unusual = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/g;

type State = "text" | "escape" | "intermediate" | "csi" | "string" | "string-escape";

/** Incremental decoder; one for each port. `bytes` of the port stay as they came. */
export class TextDecoderOfSerial {
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  /** The beginning of a character. */
  #unfinished: Uint8Array = new Uint8Array();
  #ordinary: Buffer = Buffer.alloc(0);
  #state: State = "text";
  #held = "";
  /** Nothing has been printed since the last line end: a return goes nowhere new. */
  #atLineStart = true;
  /** That line end was a return, and a line feed still belongs to it. */
  #afterReturn = false;

  /** The text that `bytes` complete. Unfinished UTF-8 and escape sequences are held back. */
  write(bytes: Uint8Array): string {
    const text = this.#decodeOrdinary(bytes);
    if (text !== undefined) return text;
    if (bytes.length > mostCloselyBytes) {
      // Only the part with what is rare in it shall be looked at closely.
      const middle = (bytes.length >> 3) * 4;
      return this.write(bytes.subarray(0, middle)) + this.write(bytes.subarray(middle));
    }
    const isWhole = this.#unfinished.length === 0;
    const all = isWhole ? bytes : Buffer.concat([this.#unfinished, bytes]);
    const length = all.length - unfinishedLength(all);
    // A copy, because the bytes are only lent.
    this.#unfinished = Uint8Array.from(all.subarray(length));
    return this.#decodeBytes(all.subarray(0, length));
  }

  /** Releases what is held back, as if it were text: nothing more is coming for now. */
  flush(): string {
    const text = this.#decodeBytes(this.#unfinished);
    this.#unfinished = new Uint8Array();
    return text + this.#release();
  }

  /** @returns `undefined` where there is more to `bytes` than is ordinary. */
  #decodeOrdinary(bytes: Uint8Array): string | undefined {
    if (bytes.length < fewBytes) return undefined;
    const isBetween = this.#unfinished.length === 0 && this.#state === "text";
    if (!isBetween || this.#afterReturn) return undefined;
    if (this.#ordinary.length < bytes.length) this.#ordinary = Buffer.allocUnsafe(bytes.length);
    const length = normaliseOrdinary(bytes, this.#ordinary);
    if (length === -1) return undefined;
    // ASCII is Latin-1 as well, and Latin-1 is copied without a look.
    if (length > 0) this.#atLineStart = this.#ordinary[length - 1] === 0x0a;
    return this.#ordinary.toString("latin1", 0, length);
  }

  /** Nothing but bad UTF-8 can be an 8-bit control, and there hardly ever is any. */
  #decodeBytes(bytes: Uint8Array): string {
    const characters = this.#utf8.decode(bytes);
    if (!characters.includes(badUtf8)) return this.#decode(characters);
    let text = "";
    let from = 0;
    for (const position of controlPositions(bytes)) {
      text += this.#decode(this.#utf8.decode(bytes.subarray(from, position)));
      text += this.#stepControl(bytes[position] as number);
      from = position + 1;
    }
    return text + this.#decode(this.#utf8.decode(bytes.subarray(from)));
  }

  /** Stays visible unless it is what it looks like: what it begins ends well. */
  #stepControl(code: number): string {
    const isEnd = code === stringTerminator;
    const isInString = this.#state === "string" || this.#state === "string-escape";
    return isEnd && !isInString ? this.#decode(badUtf8) : this.#step(badUtf8, code);
  }

  #decode(characters: string): string {
    const parts: string[] = [];
    let plainFrom = 0;
    for (let index = 0; index < characters.length; index += 1) {
      if (this.#state === "text" && !this.#atLineStart) {
        unusual.lastIndex = index;
        index = unusual.exec(characters)?.index ?? characters.length;
      }
      if (index > plainFrom) parts.push(characters.slice(plainFrom, index));
      if (index === characters.length) break;
      parts.push(this.#step(characters.charAt(index), characters.charCodeAt(index)));
      plainFrom = index + 1;
    }
    return parts.join("");
  }

  /** One character that is not plainly text; returns what it adds to the text. */
  #step(character: string, code: number): string {
    // Padding, on a terminal, wherever it stands (ECMA-48, 8.3.89 and 8.3.27).
    if (code === 0x00 || code === 0x7f) return "";
    switch (this.#state) {
      case "text":
        return this.#stepText(character, code);
      case "escape":
        return this.#stepEscape(character, code);
      case "intermediate":
      case "csi":
        return this.#stepSequence(character, code);
      case "string":
      case "string-escape":
        return this.#stepString(character, code);
    }
  }

  #stepText(character: string, code: number): string {
    if (code === 0x0d) return this.#atLineStart ? "" : this.#endLine(true);
    if (code === 0x0a && this.#afterReturn) {
      this.#afterReturn = false;
      return "";
    }
    if (code >= 0x0a && code <= 0x0c) return this.#endLine(false);
    if (code === escapeCode) return this.#hold("escape", character);
    if (code === 0x9b) return this.#hold("csi", character);
    if (isStringIntroducer(code)) return this.#hold("string", character);
    if (!isText(code)) return "";
    this.#atLineStart = false;
    this.#afterReturn = false;
    return character;
  }

  #endLine(byReturn: boolean): string {
    this.#atLineStart = true;
    this.#afterReturn = byReturn;
    return "\n";
  }

  #stepEscape(character: string, code: number): string {
    if (character === "[") return this.#hold("csi", character);
    if ("]PX^_".includes(character)) return this.#hold("string", character);
    if (code >= 0x20 && code <= 0x2f) return this.#hold("intermediate", character);
    if (code >= 0x30 && code <= 0x7e) return this.#finish();
    return this.#abandon(character, code);
  }

  #stepSequence(character: string, code: number): string {
    const isParameter = this.#state === "csi" && code >= 0x30 && code <= 0x3f;
    if (isParameter || (code >= 0x20 && code <= 0x2f)) {
      if (this.#held.length < longestSequence) return this.#hold(this.#state, character);
      return this.#release() + this.#stepText(character, code);
    }
    if (code >= 0x30 && code <= 0x7e) return this.#finish();
    return this.#abandon(character, code);
  }

  /** A control string; one that does not end as it should is text after all. */
  #stepString(character: string, code: number): string {
    const endsEscape = this.#state === "string-escape";
    if (code === 0x07 || code === stringTerminator || (endsEscape && character === "\\"))
      return this.#finish();
    if (endsEscape) {
      // An escape that does not end the string starts a sequence of its own.
      const text = this.#release();
      this.#hold("escape", "\x1b");
      return text + this.#stepEscape(character, code);
    }
    if (code === escapeCode) return this.#hold("string-escape", character);
    const isCut = code === 0x0a || code === 0x0d || code === 0x18 || code === 0x1a;
    if (isCut || this.#held.length >= longestString) {
      return this.#release() + this.#stepText(character, code);
    }
    return this.#hold("string", character);
  }

  #hold(state: State, character: string): string {
    this.#state = state;
    this.#held += character;
    return "";
  }

  #finish(): string {
    this.#held = "";
    this.#state = "text";
    return "";
  }

  /** A control character inside a sequence ends it without effect, as CAN does on a terminal. */
  #abandon(character: string, code: number): string {
    this.#finish();
    return this.#stepText(character, code);
  }

  #release(): string {
    const held = this.#held;
    this.#finish();
    let text = "";
    for (let index = 0; index < held.length; index += 1) {
      if (isText(held.charCodeAt(index))) text += held.charAt(index);
    }
    if (text === "") return "";
    this.#atLineStart = false;
    this.#afterReturn = false;
    return text;
  }
}

function isText(code: number): boolean {
  return code === 0x09 || (code >= 0x20 && code < 0x7f) || code > 0x9f;
}

/** DCS, SOS, OSC, PM, APC as 8-bit controls (ECMA-48, 5.6). */
function isStringIntroducer(code: number): boolean {
  return code === 0x90 || code === 0x98 || code === 0x9d || code === 0x9e || code === 0x9f;
}
