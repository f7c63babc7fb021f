/**
 * The CRT controller of a VGA adapter (IBM VGA, "CRT Controller Registers"): where the screen
 * begins in text memory, and where the cursor is. Its registers are read through an index register
 * that the guest uses as well, so the guest stands still meanwhile, and finds the index as it was.
 */
import type { GuestHold, QmpClient } from "../qmp/index.ts";
import type { Area, Picture } from "./picture.ts";
import type { TextLayout } from "./vga-text.ts";

/** Milliseconds that QEMU may take for a register. */
const registerMs = 5_000;

/** The miscellaneous output register, as it is read; its lowest bit says where the others are. */
const miscellaneous = 0x3cc;
/** Ports of the index; that of the data follows. */
const indexPorts = { colour: 0x3d4, monochrome: 0x3b4 } as const;
const registers = [0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f] as const;
const cursorOff = 0x20;
const scanLine = 0x1f;

/** Places count in characters from the beginning of text memory. */
export interface CrtState {
  readonly start: number;
  /** `undefined` where it is switched off. */
  readonly cursor: TextCursor | undefined;
}

/** A cursor: a block in a character's cell, from a scan line of the cell to another. */
export interface TextCursor {
  readonly place: number;
  readonly firstLine: number;
  readonly lastLine: number;
}

export class CrtController {
  readonly #qmp: QmpClient;
  readonly #hold: GuestHold;

  constructor(qmp: QmpClient, hold: GuestHold) {
    this.#qmp = qmp;
    this.#hold = hold;
  }

  /**
   * What the registers say, with what `look` sees in the same moment; `undefined` where the guest
   * cannot be made to stand still. @throws as `look`; `QmpError`, `TimeoutError`.
   */
  async read<Sight>(
    look: () => Promise<Sight>,
  ): Promise<{ readonly sight: Sight; readonly state: CrtState } | undefined> {
    return await this.#hold.during(async () => {
      const sight = await look();
      const state = await this.#state();
      return state && { sight, state };
    });
  }

  async #state(): Promise<CrtState | undefined> {
    const output = await this.#port(miscellaneous);
    if (output === undefined) return undefined;
    const port = (output & 1) === 1 ? indexPorts.colour : indexPorts.monochrome;
    const index = await this.#port(port);
    if (index === undefined) return undefined;
    try {
      const values = await Promise.all(registers.map((number) => this.#port(port, number)));
      return values.includes(undefined) ? undefined : crtStateOf(values as number[]);
    } finally {
      await this.#monitor(`o /b ${port} ${index}`);
    }
  }

  /** A byte from a port, or from the one after it once `index` has been written to the first. */
  async #port(port: number, index?: number): Promise<number | undefined> {
    const text = await this.#monitor(`i /b ${port}${index === undefined ? "" : `.${index}`}`);
    const value = /= 0x([0-9a-f]{2})\s*$/i.exec(text)?.[1];
    return value === undefined ? undefined : Number.parseInt(value, 16);
  }

  /** QMP has no command for ports, but QEMU's other monitor has. */
  #monitor(line: string): Promise<string> {
    const limit = { timeoutMs: registerMs };
    return this.#qmp.execute("human-monitor-command", { "command-line": line }, limit);
  }
}

/** @param values of the registers 0x0a to 0x0f. */
export function crtStateOf(values: readonly number[]): CrtState {
  const [first = 0, last = 0, startHigh = 0, startLow = 0, high = 0, low = 0] = values;
  const [firstLine, lastLine] = [first & scanLine, last & scanLine];
  const isOff = (first & cursorOff) !== 0 || firstLine > lastLine;
  return {
    start: (startHigh << 8) | startLow,
    cursor: isOff ? undefined : { place: (high << 8) | low, firstLine, lastLine },
  };
}

/** The pixels that a cursor takes when it is shown; `undefined` where it is not on the screen. */
export function cursorArea(
  { cursor, start }: CrtState,
  { columns, rows }: TextLayout,
  picture: Pick<Picture, "width" | "height">,
): Area | undefined {
  const cell = cursor === undefined ? -1 : cursor.place - start;
  if (cursor === undefined || cell < 0 || cell >= columns * rows) return undefined;
  const [width, height] = [picture.width / columns, picture.height / rows];
  const lines = Math.min(cursor.lastLine + 1, height) - cursor.firstLine;
  if (lines <= 0) return undefined;
  const top = Math.floor(cell / columns) * height + cursor.firstLine;
  return { left: (cell % columns) * width, top, width, height: lines };
}
