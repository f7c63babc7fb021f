/** What a terminal shows of the bytes that a guest prints: xterm.js, without a display. */
import { createRequire } from "node:module";
import type { IBufferCell, IBufferLine, Terminal } from "@xterm/headless";
import { SpecError } from "../evidence/index.ts";
import { CharacterDecoder, type Encoding } from "./characters/index.ts";
import { EscapeFilter } from "./escape-filter.ts";

/** A place on the screen, counted as terminals do: the first row and column are 1. */
export interface ScreenPlace {
  readonly row: number;
  readonly column: number;
}

/** What the guest asked for: nothing, an entry of the terminal's palette, or "#rrggbb". */
export type ScreenColor = "default" | number | `#${string}`;

/** How one character is shown. */
export interface ScreenStyle {
  readonly character: string;
  readonly foreground: ScreenColor;
  readonly background: ScreenColor;
  readonly bold: boolean;
  readonly underline: boolean;
  /** Foreground and background are exchanged (`ESC[7m`): how most menus mark their choice. */
  readonly inverse: boolean;
}

/** It is CommonJS, and nobody who does not look at a terminal shall wait for it. */
const load = createRequire(import.meta.url);

export class TerminalScreen {
  readonly #terminal: Terminal;
  readonly #characters: CharacterDecoder;
  /** A control string that does not end as it should would hide what follows for ever. */
  readonly #strings = new EscapeFilter(true);

  /** @param onAnswer called with what the terminal answers to a query of the guest. */
  constructor(
    { row, column }: ScreenPlace,
    encoding: Encoding,
    onAnswer: (answer: string) => void,
  ) {
    this.#characters = new CharacterDecoder(encoding);
    const { Terminal } = load("@xterm/headless") as typeof import("@xterm/headless");
    this.#terminal = new Terminal({
      rows: row,
      cols: column,
      // Everything that was printed is in the port's text.
      scrollback: 0,
      logLevel: "off",
      // The buffer can be looked at through no other interface.
      allowProposedApi: true,
      windowOptions: { getWinSizeChars: true },
    });
    this.#terminal.onData((answer) => {
      if (answer !== "") onAnswer(answer);
    });
  }

  /**
   * Takes bytes, which are on the screen when it returns. xterm would put them off until later;
   * after input by a user it does not, so that an echo comes at once. That is no documented
   * behaviour, which is why package.json names one exact version of it.
   */
  write(bytes: Uint8Array): void {
    // xterm would obey 8-bit controls, which are none: see `EscapeFilter`.
    const characters = this.#characters.write(bytes).replace(/[\x80-\x9f]/g, "");
    this.#show(this.#strings.write(characters));
  }

  /** No more bytes come: what has begun and not ended is text. */
  end(): void {
    this.#show(this.#characters.end() + this.#strings.end());
  }

  #show(text: string): void {
    if (text === "") return;
    this.#terminal.input("", true);
    this.#terminal.write(text);
  }

  /** The rows with the blanks that the guest printed, and without those that it did not. */
  get rows(): readonly string[] {
    return this.#lines().map((line) => line.translateToString(true));
  }

  get cursor(): ScreenPlace {
    const { cursorX, cursorY } = this.#terminal.buffer.active;
    // Behind the last column, where the next character wraps, a terminal's cursor is still in it.
    return { row: cursorY + 1, column: Math.min(cursorX, this.#terminal.cols - 1) + 1 };
  }

  /** @throws `SpecError` for a place that is not on the screen. */
  styleAt({ row, column }: ScreenPlace): ScreenStyle {
    checkBetween("row", row, this.#terminal.rows);
    checkBetween("column", column, this.#terminal.cols);
    return styleOf(this.#lines()[row - 1]?.getCell(column - 1) as IBufferCell);
  }

  /** The first place where `text` stands within one row. */
  find(text: string): ScreenPlace | undefined {
    for (const [index, line] of this.#lines().entries()) {
      const offset = line.translateToString(true).indexOf(text);
      if (offset !== -1) return { row: index + 1, column: columnOf(line, offset) };
    }
    return undefined;
  }

  #lines(): IBufferLine[] {
    const { buffer, rows } = this.#terminal;
    const { active } = buffer;
    return Array.from({ length: rows }, (_, row) => {
      return active.getLine(active.baseY + row) as IBufferLine;
    });
  }
}

/** @throws `SpecError` for what is no whole number from 1 to `most`. */
export function checkBetween(field: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new SpecError(field, `got ${value}, takes a whole number from 1 to ${most}`);
}

/** Wide characters take two columns, and a character with accents is several in a string. */
function columnOf(line: IBufferLine, offset: number): number {
  let passed = 0;
  let column = 0;
  for (; column < line.length; column += 1) {
    const cell = line.getCell(column) as IBufferCell;
    if (cell.getWidth() === 0) continue;
    if (passed >= offset) break;
    passed += cell.getChars().length || 1;
  }
  return column + 1;
}

function styleOf(cell: IBufferCell): ScreenStyle {
  return {
    character: cell.getChars() || " ",
    foreground: colorOf(cell.getFgColor(), cell.isFgDefault(), cell.isFgRGB()),
    background: colorOf(cell.getBgColor(), cell.isBgDefault(), cell.isBgRGB()),
    bold: cell.isBold() !== 0,
    underline: cell.isUnderline() !== 0,
    inverse: cell.isInverse() !== 0,
  };
}

function colorOf(color: number, isDefault: boolean, isRgb: boolean): ScreenColor {
  if (isDefault) return "default";
  return isRgb ? `#${color.toString(16).padStart(6, "0")}` : color;
}
