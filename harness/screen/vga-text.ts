/**
 * The text mode of a VGA adapter: two bytes for each character, its code and its attribute (IBM
 * VGA, "Alphanumeric Modes"). Pure.
 */
import { characterOf } from "./code-page-437.ts";

/** One character of a text screen, and how it is shown. */
export interface ScreenCell {
  readonly character: string;
  /** 0 to 15: black, blue, green, cyan, red, magenta, brown, light grey, and these brighter. */
  readonly foreground: number;
  /** 0 to 7, of the same. */
  readonly background: number;
  /** The highest bit: blinking, unless the adapter takes it for a brighter background. */
  readonly blink: boolean;
}

/** A text screen. */
export interface TextScreen {
  readonly columns: number;
  /** Row by row, as many cells each as there are columns. */
  readonly cells: readonly (readonly ScreenCell[])[];
  /** The rows as text, with the blanks at their ends. */
  readonly rows: readonly string[];
}

/** How text lies in the adapter's memory. */
export interface TextLayout {
  readonly columns: number;
  readonly rows: number;
  /** Where the screen begins in the adapter's 32 KiB, in bytes. */
  readonly startBytes: number;
}

/** Where the adapter's text memory is, and how large it is. */
export const textMemory = { address: 0xb8000, sizeBytes: 0x8000 } as const;
/** Where PC firmware keeps what it knows of the adapter (IBM PC AT, "BIOS data area"). */
export const biosDataArea = { address: 0x400, sizeBytes: 0x100 } as const;

/** Cells that are 8 or 9 pixels wide and 8, 14 or 16 high make these; all others are graphics. */
const textModes: Readonly<Record<string, readonly (readonly [columns: number, rows: number])[]>> = {
  "720x400": [
    [80, 25],
    [80, 50],
  ],
  // Pixels of 40 columns are drawn twice.
  "640x400": [
    [80, 25],
    [80, 50],
    [40, 25],
  ],
  "720x350": [[80, 25]],
  "720x480": [
    [80, 30],
    [80, 60],
  ],
  "360x400": [[40, 25]],
  "320x400": [[40, 25]],
  "1056x400": [
    [132, 25],
    [132, 50],
  ],
  "1188x400": [
    [132, 25],
    [132, 50],
  ],
};

/**
 * How text lies in memory where a picture of this size is shown, or `undefined` if it is graphics.
 * What the size leaves open is what firmware has noted, if that can be: a kernel may have used its
 * place for something else.
 */
export function textLayoutOf(
  picture: { readonly width: number; readonly height: number },
  biosData: Uint8Array,
): TextLayout | undefined {
  const modes = textModes[`${picture.width}x${picture.height}`];
  if (modes === undefined) return undefined;
  const view = new DataView(biosData.buffer, biosData.byteOffset, biosData.byteLength);
  const [columns, rows] = [view.getUint16(0x4a, true), view.getUint8(0x84) + 1];
  const noted = modes.find((mode) => mode[0] === columns && mode[1] === rows);
  const [chosenColumns, chosenRows] = noted ?? (modes[0] as readonly [number, number]);
  const screenBytes = chosenColumns * chosenRows * 2;
  const startBytes = noted === undefined ? 0 : view.getUint16(0x4e, true);
  const isInside = startBytes % 2 === 0 && startBytes + screenBytes <= textMemory.sizeBytes;
  return { columns: chosenColumns, rows: chosenRows, startBytes: isInside ? startBytes : 0 };
}

/**
 * Whether text memory holds nothing beyond the screen that firmware has noted: zeros, or blanks of
 * one colour, as a new mode leaves them.
 */
export function isBlankBeyond(memory: Uint8Array, layout: TextLayout): boolean {
  const { columns, rows, startBytes } = layout;
  const endBytes = startBytes + columns * rows * 2;
  let blank: number | undefined;
  for (let at = 0; at < memory.length; at += 2) {
    if (at === startBytes) at = endBytes;
    if (at >= memory.length) break;
    const word = ((memory[at] as number) << 8) | (memory[at + 1] as number);
    if (word === 0) continue;
    blank ??= word;
    if (word !== blank || memory[at] !== 0x20) return false;
  }
  return true;
}

/** Reads text memory. What is beyond its end is blank. */
export function readTextScreen(memory: Uint8Array, layout: TextLayout): TextScreen {
  const { columns, rows, startBytes } = layout;
  const cells = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) => {
      const at = startBytes + (row * columns + column) * 2;
      return cellOf(memory[at] ?? 0x20, memory[at + 1] ?? 0x07);
    }),
  );
  return {
    columns,
    cells,
    rows: cells.map((row) => row.map(({ character }) => character).join("")),
  };
}

function cellOf(code: number, attribute: number): ScreenCell {
  return {
    character: characterOf(code),
    foreground: attribute & 0x0f,
    background: (attribute >> 4) & 0x07,
    blink: (attribute & 0x80) !== 0,
  };
}
