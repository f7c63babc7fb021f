/** The picture of a text screen, cut into the blocks of its characters. Pure. */
import type { Picture } from "./picture.ts";
import type { TextLayout } from "./vga-text.ts";

/** What one character looks like: at most two colours. */
export interface Block {
  /** One number for each scan line, of 8 pixels; bits are set where the colour is `set`. */
  readonly lines: Uint8Array;
  /** Colours as one number each; `set` is `undefined` in a block of one colour. */
  readonly clear: number;
  readonly set: number | undefined;
}

/** The cells of a screen, row by row. */
export interface ScreenBlocks {
  readonly blocks: readonly Block[];
  /** Number of its block, for each cell. */
  readonly cells: Uint16Array;
  /**
   * All cells, those first that tell most: what has two colours and is rare, and then backgrounds,
   * of which the rare ones may be a cursor.
   */
  readonly tellingFirst: Uint16Array;
}

/** Pixels of a cell that show its character. A ninth repeats the eighth, or is background. */
const glyphPixels = 8;

/** @returns `undefined` where a cell has more than two colours: no adapter has drawn that. */
export function cutIntoBlocks(
  picture: Picture,
  { columns, rows }: Pick<TextLayout, "columns" | "rows">,
): ScreenBlocks | undefined {
  const known = new Map<string, number>();
  const blocks: Block[] = [];
  const counts: number[] = [];
  const cells = new Uint16Array(columns * rows);
  const cut = blockCutter(picture, picture.width / columns, picture.height / rows);
  for (let cell = 0; cell < cells.length; cell += 1) {
    const block = cut(Math.floor(cell / columns), cell % columns);
    if (block === undefined) return undefined;
    const key = `${block.lines.join()} ${block.clear} ${block.set}`;
    const number = known.get(key) ?? blocks.push(block) - 1;
    known.set(key, number);
    counts[number] = (counts[number] ?? 0) + 1;
    cells[cell] = number;
  }
  const rank = (cell: number) => {
    const number = cells[cell] as number;
    const count = counts[number] as number;
    return blocks[number]?.set === undefined ? 2 * cells.length - count : count;
  };
  const tellingFirst = Uint16Array.from(cells.keys()).sort((one, two) => rank(one) - rank(two));
  return { blocks, cells, tellingFirst };
}

function blockCutter({ pixels, width }: Picture, cellWidth: number, cellHeight: number) {
  const colours = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.byteLength / 4);
  const spread = cellWidth >= 2 * glyphPixels ? 2 : 1;
  return (row: number, column: number): Block | undefined => {
    const from = row * cellHeight * width + column * cellWidth;
    const clear = colours[from] as number;
    let set: number | undefined;
    const lines = new Uint8Array(cellHeight);
    for (let line = 0; line < cellHeight; line += 1) {
      let bits = 0;
      for (let x = 0; x < glyphPixels; x += 1) {
        const colour = colours[from + line * width + x * spread] as number;
        if (colour === clear) continue;
        set ??= colour;
        if (colour !== set) return undefined;
        bits |= 0x80 >> x;
      }
      lines[line] = bits;
    }
    return { lines, clear, set };
  };
}
