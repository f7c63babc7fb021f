/**
 * Takes escape sequences out of characters: what a terminal obeys and does not show. Only whole
 * sequences with 7-bit introducers (ECMA-48, 5.3 to 5.6) are taken out. One that does not go on as
 * it should is text after all, but for its ESC: nothing that can be printed is lost. Sequences
 * with 8-bit introducers are not known here: in every encoding but ISO 8859 those bytes are
 * text, and a guest that prints text in an encoding that nobody named would lose it.
 */

const escapeCode = 0x1b;
/** Longest CSI or escape sequence, and longest control string, that is still believed to be one. */
const longestSequence = 64;
const longestString = 4096;
/** The digits of a colour that Linux's console takes without an end: `ESC ] P nrrggbb` (vt.c). */
const paletteLength = "]P0123456".length;

type State =
  | "text"
  | "escape"
  | "intermediate"
  | "csi"
  | "csi-end"
  | "osc"
  | "palette"
  | StringState;
/** Strings that BEL ends as well, and those that only ST ends; and an ESC in either. */
type StringState = "osc-string" | "string" | "osc-string-escape" | "string-escape";

/** Incremental filter; the outcome does not depend on how the characters were cut. */
export class EscapeFilter {
  readonly #forwards: boolean;
  #state: State = "text";
  /** The sequence so far, without its ESC, and without padding. */
  #held = "";

  /** @param forwards hands whole sequences on, and takes out only what never becomes one. */
  constructor(forwards = false) {
    this.#forwards = forwards;
  }

  /** Whether a sequence has begun and not ended. */
  get isInside(): boolean {
    return this.#state !== "text";
  }

  /** What would be text of it if nothing followed. */
  get held(): string {
    return printable(this.#held);
  }

  /** What of `characters` is no sequence; the beginning of one is held back. */
  write(characters: string): string {
    let text = "";
    let from = 0;
    while (from < characters.length) {
      if (this.#state === "text") {
        const introducer = characters.indexOf("\x1b", from);
        if (introducer === -1) return text + characters.slice(from);
        text += characters.slice(from, introducer);
        from = this.#forwards ? introducer : afterSequence(characters, introducer);
        if (from > introducer) continue;
        this.#state = "escape";
      } else {
        text += this.#step(characters.charAt(from), characters.charCodeAt(from));
      }
      from += 1;
    }
    return text;
  }

  /** Nothing follows: what is held back is text. */
  end(): string {
    return this.#release();
  }

  #step(character: string, code: number): string {
    if (this.#state === "text") return this.#stepText(character, code);
    // Padding, on a terminal, wherever it stands (ECMA-48, 8.3.89 and 8.3.27).
    if (code === 0x00 || code === 0x7f) return "";
    if (this.#state === "escape") return this.#stepEscape(character, code);
    if (this.#state === "osc" || this.#state === "palette")
      return this.#stepCommand(character, code);
    if (this.#state.includes("string")) return this.#stepString(character, code);
    return this.#stepSequence(character, code);
  }

  #stepText(character: string, code: number): string {
    if (code !== escapeCode) return character;
    this.#state = "escape";
    return "";
  }

  #stepEscape(character: string, code: number): string {
    if (character === "[") return this.#hold("csi", character);
    if (character === "]") return this.#hold("osc", character);
    if ("PX^_".includes(character)) return this.#hold("string", character);
    if (isBetween(code, 0x20, 0x2f)) return this.#hold("intermediate", character);
    if (isBetween(code, 0x30, 0x7e)) return this.#finish(character);
    return this.#abandon(character, code);
  }

  /** Parameters, then intermediates, then the final byte (ECMA-48, 5.4). */
  #stepSequence(character: string, code: number): string {
    if (this.#held.length < longestSequence - 1) {
      if (this.#state === "csi" && isBetween(code, 0x30, 0x3f)) return this.#hold("csi", character);
      if (isBetween(code, 0x20, 0x2f)) {
        return this.#hold(this.#state === "intermediate" ? "intermediate" : "csi-end", character);
      }
    }
    const least = this.#state === "intermediate" ? 0x30 : 0x40;
    return isBetween(code, least, 0x7e) ? this.#finish(character) : this.#abandon(character, code);
  }

  /** A number comes first; or what Linux's console takes: `R`, and `P` with seven digits. */
  #stepCommand(character: string, code: number): string {
    if (this.#state === "palette") {
      if (!/[\da-f]/i.test(character)) return this.#abandon(character, code);
      if (this.#held.length + 1 === paletteLength) return this.#finish(character);
      return this.#hold("palette", character);
    }
    const hasNumber = this.#held.length > 1;
    if (/\d/.test(character) && this.#held.length < longestSequence) {
      return this.#hold("osc", character);
    }
    if (!hasNumber && character === "R") return this.#finish(character);
    if (!hasNumber && character === "P") return this.#hold("palette", character);
    const isNext = character === ";" || code === 0x07 || code === escapeCode;
    if (!hasNumber || !isNext) return this.#abandon(character, code);
    this.#state = "osc-string";
    return this.#stepString(character, code);
  }

  /** A control string. A line end in it means that its own end was lost, or that it is none. */
  #stepString(character: string, code: number): string {
    const state = this.#state as StringState;
    if (state.endsWith("-escape")) {
      if (character === "\\") return this.#finish("\x1b\\");
      // An escape that does not end the string starts a sequence of its own.
      const text = this.#release();
      this.#state = "escape";
      return text + this.#stepEscape(character, code);
    }
    if (code === escapeCode) return this.#hold(`${state}-escape` as State, "");
    const isCut = code < 0x20 && code !== 0x08 && code !== 0x09;
    if (code === 0x07 && state === "osc-string") return this.#finish(character);
    if (isCut || this.#held.length >= longestString) return this.#abandon(character, code);
    return this.#hold(state, character);
  }

  #hold(state: State, character: string): string {
    this.#state = state;
    this.#held += character;
    return "";
  }

  #finish(last: string): string {
    const sequence = this.#forwards ? `\x1b${this.#held}${last}` : "";
    this.#held = "";
    this.#state = "text";
    return sequence;
  }

  /** What has begun is no sequence, and `character` is looked at anew. */
  #abandon(character: string, code: number): string {
    return this.#release() + this.#stepText(character, code);
  }

  #release(): string {
    // What is no string a terminal ends by itself, and in its own way.
    const isKept =
      this.#forwards && this.#state !== "text" && !/string|osc|palette/.test(this.#state);
    const text = isKept ? `\x1b${this.#held}` : this.held;
    this.#held = "";
    this.#state = "text";
    return text;
  }
}

/** Where it goes on behind a whole control sequence that begins at `start`; else `start`. */
function afterSequence(characters: string, start: number): number {
  if (characters.charCodeAt(start + 1) !== 0x5b) return start;
  const most = Math.min(characters.length, start + longestSequence);
  let at = start + 2;
  while (at < most && isBetween(characters.charCodeAt(at), 0x30, 0x3f)) at += 1;
  while (at < most && isBetween(characters.charCodeAt(at), 0x20, 0x2f)) at += 1;
  return at < most && isBetween(characters.charCodeAt(at), 0x40, 0x7e) ? at + 1 : start;
}

function isBetween(code: number, least: number, most: number): boolean {
  return code >= least && code <= most;
}

function printable(characters: string): string {
  return characters.replace(/[^\t\x20-\x7e\xa0-\uffff]/g, "");
}
