/**
 * Where in text memory a screen begins, by what it looks like. A guest may move that place by
 * registers which nobody can read while it runs; but the characters from there on, drawn in the
 * adapter's font, make just the picture that is shown. Pure.
 */
import type { Picture } from "./picture.ts";
import { type Block, cutIntoBlocks, type ScreenBlocks } from "./screen-blocks.ts";
import type { TextLayout } from "./vga-text.ts";

/** What a font takes in the adapter's memory: 32 bytes for a character, each in plane 2 of four. */
export const fontMemoryBytes = 256 * 32 * 4;
const plane = { count: 4, ofFont: 2 } as const;
const glyphLines = 32;

/** What is seen of the adapter. */
export interface TextSight {
  readonly picture: Picture;
  readonly layout: TextLayout;
  /** Text memory. */
  readonly memory: Uint8Array;
  /** The beginning of the adapter's memory, with its first font. */
  readonly videoMemory: Uint8Array;
}

/**
 * The place, in bytes, from where on text memory makes the picture; any of several that look the
 * same. Only the cursor may hide a part of one character; where that leaves a doubt about the text
 * there is no answer.
 *
 * @returns `undefined` where nothing fits: the guest has drawn between two looks, has another font,
 *   or shows what is not in text memory.
 */
export function findTextStart({ layout, memory, picture, videoMemory }: TextSight) {
  const screen = cutIntoBlocks(picture, layout);
  if (screen === undefined) return undefined;
  const words = new Uint16Array(memory.length >> 1);
  for (let at = 0; at < words.length; at += 1) {
    words[at] = (memory[2 * at] as number) | ((memory[2 * at + 1] as number) << 8);
  }
  const fit = new Fit(screen, words, glyphsOf(videoMemory));
  let likely: number | undefined;
  let hasDoubt = false;
  for (const start of candidates(layout, words.length)) {
    const judgement = fit.judge(start);
    if (judgement === "exact") return start * 2;
    if (judgement !== "but for a cursor") continue;
    likely ??= start;
    hasDoubt ||= !fit.isSameText(likely, start);
  }
  return likely === undefined || hasDoubt ? undefined : likely * 2;
}

/** What firmware has noted comes first, then places that whole rows lead to, then all others. */
function* candidates({ columns, rows, startBytes }: TextLayout, count: number) {
  const last = count - columns * rows;
  const noted = startBytes / 2;
  yield noted;
  for (let start = noted % columns; start <= last; start += columns) {
    if (start !== noted) yield start;
  }
  for (let start = 0; start <= last; start += 1) {
    if (start % columns !== noted % columns) yield start;
  }
}

function glyphsOf(videoMemory: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: 256 }, (_, code) =>
    Uint8Array.from(
      { length: glyphLines },
      (__, line) => videoMemory[(code * glyphLines + line) * plane.count + plane.ofFont] as number,
    ),
  );
}

/** How well text memory fits one picture: "no", but for a cursor, or exactly. */
type Judgement = "no" | "but for a cursor" | "exact";

/** How a block shows a character, in whichever colours. */
const shape = { unknown: 0, asItIs: 1, inverted: 2, none: 3 } as const;

/** Of a colour that is in no picture. */
const unknownColour = -1;

/** It is asked for thousands of places, of which most differ in what tells most. */
class Fit {
  readonly #screen: ScreenBlocks;
  readonly #words: Uint16Array;
  readonly #glyphs: readonly Uint8Array[];
  /** For each block and character. */
  readonly #shapes: Uint8Array;
  /** Colours by their number, as far as they are known. */
  readonly #palette = new Array<number>(16).fill(unknownColour);
  /** For each place how many cells from there on are the same. */
  readonly #runs: Uint16Array;
  /** The judgement on a screen of one word. */
  readonly #uniform = new Map<number, Judgement>();

  constructor(screen: ScreenBlocks, words: Uint16Array, glyphs: readonly Uint8Array[]) {
    this.#screen = screen;
    this.#words = words;
    this.#glyphs = glyphs;
    this.#shapes = new Uint8Array(screen.blocks.length * 256);
    this.#runs = new Uint16Array(words.length).fill(1);
    for (let at = words.length - 2; at >= 0; at -= 1) {
      if (words[at] === words[at + 1]) this.#runs[at] = (this.#runs[at + 1] as number) + 1;
    }
  }

  judge(start: number): Judgement {
    if ((this.#runs[start] as number) < this.#screen.cells.length) return this.#compare(start);
    const word = this.#words[start] as number;
    const judgement = this.#uniform.get(word) ?? this.#compare(start);
    this.#uniform.set(word, judgement);
    return judgement;
  }

  /** Whether the characters are the same from either place on, whatever their colours. */
  isSameText(one: number, other: number): boolean {
    const count = this.#screen.cells.length;
    const isUniform = Math.min(this.#runs[one] ?? 0, this.#runs[other] ?? 0) >= count;
    for (let cell = 0; cell < (isUniform ? 1 : count); cell += 1) {
      const [first = 0, second = 0] = [this.#words[one + cell], this.#words[other + cell]];
      if ((first & 0xff) !== (second & 0xff)) return false;
    }
    return true;
  }

  #compare(start: number): Judgement {
    const { cells, tellingFirst } = this.#screen;
    this.#palette.fill(unknownColour);
    let odd: number | undefined;
    for (const cell of tellingFirst) {
      if (this.#shows(cells[cell] as number, this.#words[start + cell] as number)) continue;
      if (odd !== undefined) return "no";
      odd = cell;
    }
    if (odd === undefined) return "exact";
    const isCursor = this.#showsUnderCursor(cells[odd] as number, this.#words[start + odd] ?? 0);
    return isCursor ? "but for a cursor" : "no";
  }

  #shows(number: number, word: number): boolean {
    const at = (number << 8) | (word & 0xff);
    if (this.#shapes[at] === shape.unknown) this.#shapes[at] = this.#shapeOf(number, word & 0xff);
    const { clear, set } = this.#screen.blocks[number] as Block;
    const [foreground, background] = [(word >> 8) & 0x0f, word >> 12];
    if (this.#shapes[at] === shape.asItIs) {
      return this.#agree(foreground, set) && this.#agree(background, clear);
    }
    if (this.#shapes[at] === shape.inverted) {
      return this.#agree(foreground, clear) && this.#agree(background, set);
    }
    return false;
  }

  #shapeOf(number: number, code: number): number {
    const { lines } = this.#screen.blocks[number] as Block;
    const glyph = this.#glyphs[code] as Uint8Array;
    // A block's first pixel is always clear, but a glyph's may be set.
    if (lines.every((line, at) => line === glyph[at])) return shape.asItIs;
    return lines.every((line, at) => line === (~(glyph[at] as number) & 0xff))
      ? shape.inverted
      : shape.none;
  }

  /** Whether a colour may be the one of that number, which is noted if it was not known. */
  #agree(number: number, colour: number | undefined): boolean {
    if (colour === undefined || this.#palette[number] === colour) return true;
    if (this.#palette[number] !== unknownColour) return false;
    this.#palette[number] = colour;
    return true;
  }

  /** Whether scan lines that do not show the character are all foreground. */
  #showsUnderCursor(number: number, word: number): boolean {
    const { clear, lines, set } = this.#screen.blocks[number] as Block;
    const glyph = this.#glyphs[word & 0xff] as Uint8Array;
    const isShown = (front: number | undefined, back: number | undefined) => {
      if (front === undefined || this.#isOther((word >> 8) & 0x0f, front)) return false;
      if (back !== undefined && this.#isOther(word >> 12, back)) return false;
      return lines.every((line, at) => {
        const bits = front === set ? line : ~line & 0xff;
        return bits === glyph[at] || bits === 0xff;
      });
    };
    return isShown(set, clear) || isShown(clear, set);
  }

  #isOther(number: number, colour: number): boolean {
    const known = this.#palette[number];
    return known !== unknownColour && known !== colour;
  }
}
