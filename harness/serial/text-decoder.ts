/**
 * Bytes from a serial line → normalised text: UTF-8 decoded, escape sequences (ECMA-48) removed,
 * every line end ("\n", "\r\n", "\n\r", a bare "\r", VT, FF) a "\n", other control characters but
 * the tab dropped. The result does not depend on how the bytes were cut into chunks.
 */

const escapeCode = 0x1b;
/** Longest CSI or escape sequence, and longest control string, that is still believed to be one. */
const longestSequence = 64;
const longestString = 4096;

/** What needs a closer look: controls other than the tab, and returns without their line feed. */
const unusual = /\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

type State = "text" | "escape" | "intermediate" | "csi" | "string" | "string-escape";

/** Incremental decoder; one for each port. `bytes` of the port stay as they came. */
export class TextDecoderOfSerial {
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  #state: State = "text";
  #held = "";
  /** Nothing has been printed since the last line end: a return goes nowhere new. */
  #atLineStart = true;
  /** That line end was a return, and a line feed still belongs to it. */
  #afterReturn = false;

  /** The text that `bytes` complete. Unfinished UTF-8 and escape sequences are held back. */
  write(bytes: Uint8Array): string {
    return this.#decode(this.#utf8.decode(bytes, { stream: true }));
  }

  /** Releases what is held back, as if it were text: nothing more is coming for now. */
  flush(): string {
    const text = this.#decode(this.#utf8.decode());
    return text + this.#release();
  }

  #decode(characters: string): string {
    const isUsual = this.#state === "text" && !this.#afterReturn && !unusual.test(characters);
    if (isUsual) return this.#decodeLines(characters);
    const parts: string[] = [];
    let plainFrom = 0;
    for (let index = 0; index < characters.length; index += 1) {
      const code = characters.charCodeAt(index);
      const isPlain = (code >= 0x20 && code < 0x7f) || code > 0x9f;
      if (isPlain && this.#state === "text" && !this.#atLineStart) continue;
      if (index > plainFrom) parts.push(characters.slice(plainFrom, index));
      parts.push(this.#step(characters.charAt(index), code));
      plainFrom = index + 1;
    }
    parts.push(characters.slice(plainFrom));
    return parts.join("");
  }

  /** What nearly all output is: plain text, and lines that end in a usual way. */
  #decodeLines(characters: string): string {
    if (characters !== "") this.#atLineStart = characters.endsWith("\n");
    return characters.replaceAll("\r\n", "\n");
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
    if (code === 0x07 || code === 0x9c || (endsEscape && character === "\\")) return this.#finish();
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
