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

/** Colours by their number: what is known of the palette. */
type Palette = (number | undefined)[];

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
  words.forEach((_, at) => {
    words[at] = (memory[2 * at] as number) | ((memory[2 * at + 1] as number) << 8);
  });
  const glyphs = glyphsOf(videoMemory);
  const fit = new Fit(screen, words, (code) => glyphs[code] as Uint8Array);
  let doubtful: number | undefined;
  for (const start of candidates(layout, words.length)) {
    const judgement = fit.judge(start);
    if (judgement === "exact") return start * 2;
    if (judgement !== "but for a cursor") continue;
    if (doubtful !== undefined && !isSameText(words, doubtful, start, screen.cells.length)) {
      doubtful = Number.NaN;
    }
    doubtful ??= start;
  }
  return doubtful === undefined || Number.isNaN(doubtful) ? undefined : doubtful * 2;
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

function isSameText(words: Uint16Array, one: number, other: number, count: number): boolean {
  if (Number.isNaN(one)) return false;
  for (let cell = 0; cell < count; cell += 1) {
    const [first, second] = [words[one + cell] as number, words[other + cell] as number];
    if ((first & 0xff) !== (second & 0xff)) return false;
  }
  return true;
}

function glyphsOf(videoMemory: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: 256 }, (_, code) =>
    Uint8Array.from(
      { length: glyphLines },
      (__, line) => videoMemory[(code * glyphLines + line) * plane.count + plane.ofFont] as number,
    ),
  );
}

/** How well text memory fits one picture. */
class Fit {
  readonly #screen: ScreenBlocks;
  readonly #words: Uint16Array;
  readonly #glyph: (code: number) => Uint8Array;
  /** For each block and character: whether the one shows the other, in whichever colours. */
  readonly #shapes = new Map<number, "as it is" | "inverted" | "no">();

  constructor(screen: ScreenBlocks, words: Uint16Array, glyph: (code: number) => Uint8Array) {
    this.#screen = screen;
    this.#words = words;
    this.#glyph = glyph;
  }

  judge(start: number): "exact" | "but for a cursor" | "no" {
    const { blocks, cells, tellingFirst } = this.#screen;
    const palette: Palette = [];
    let odd: number | undefined;
    for (const cell of tellingFirst) {
      const word = this.#words[start + cell] as number;
      if (this.#shows(cells[cell] as number, word, palette)) continue;
      if (odd !== undefined) return "no";
      odd = cell;
    }
    if (odd === undefined) return "exact";
    const block = blocks[cells[odd] as number] as Block;
    const isCursor = this.#showsUnderCursor(block, this.#words[start + odd] as number, palette);
    return isCursor ? "but for a cursor" : "no";
  }

  #shows(number: number, word: number, palette: Palette): boolean {
    const block = this.#screen.blocks[number] as Block;
    const shape = this.#shape(number, block, word & 0xff);
    if (shape === "no") return false;
    const [foreground, background] = coloursOf(word);
    const [set, clear] = shape === "as it is" ? [block.set, block.clear] : [block.clear, block.set];
    return agree(palette, foreground, set) && agree(palette, background, clear);
  }

  #shape(number: number, block: Block, code: number) {
    const key = (number << 8) | code;
    let shape = this.#shapes.get(key);
    if (shape === undefined) {
      const glyph = this.#glyph(code);
      // A block's first pixel is always clear, but a glyph's may be set.
      if (block.lines.every((line, at) => line === glyph[at])) shape = "as it is";
      else if (block.lines.every((line, at) => line === (~(glyph[at] as number) & 0xff))) {
        shape = "inverted";
      } else shape = "no";
      this.#shapes.set(key, shape);
    }
    return shape;
  }

  /** Whether scan lines that do not show the character are all foreground. */
  #showsUnderCursor(block: Block, word: number, palette: Palette): boolean {
    const glyph = this.#glyph(word & 0xff);
    const [foreground, background] = coloursOf(word);
    const isShown = (front: number | undefined, back: number | undefined) => {
      if (front === undefined || isOther(palette[foreground], front)) return false;
      if (back !== undefined && isOther(palette[background], back)) return false;
      const isSet = front === block.set;
      return block.lines.every((line, at) => {
        const bits = isSet ? line : ~line & 0xff;
        return bits === glyph[at] || bits === 0xff;
      });
    };
    return isShown(block.set, block.clear) || isShown(block.clear, block.set);
  }
}

function coloursOf(word: number): readonly [foreground: number, background: number] {
  return [(word >> 8) & 0x0f, word >> 12];
}

function isOther(known: number | undefined, colour: number): boolean {
  return known !== undefined && known !== colour;
}

/** Whether a colour may be the one of that number, which is noted if it was not known. */
function agree(palette: Palette, number: number, colour: number | undefined): boolean {
  if (colour === undefined) return true;
  if (isOther(palette[number], colour)) return false;
  palette[number] = colour;
  return true;
}
