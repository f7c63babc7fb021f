/** What QEMU shows of a guest's display: its picture, and the text on it. */
import type { AdapterMemory } from "./adapter-memory.ts";
import { type CrtController, cursorArea } from "./crt-controller.ts";
import { type Area, isSamePicture, type Picture } from "./picture.ts";
import { findTextStart, fontMemoryBytes } from "./text-start.ts";
import {
  biosDataArea,
  isBlankBeyond,
  readTextScreen,
  type TextLayout,
  type TextScreen,
  textLayoutOf,
  textMemory,
} from "./vga-text.ts";

/** Looks at a guest that runs, one of which may come while it draws, before it is stopped. */
const looksBeforeStop = 2;

/** A look at the screen. */
export interface ScreenSight {
  readonly picture: Picture;
  /** What stands there; `undefined` where it shows graphics. */
  readonly text: TextScreen | undefined;
  /** Where the cursor is, shown or not: `"none"` where there is none; missing if not asked for. */
  readonly cursor?: Area | "none";
}

/** The picture of an adapter, and what its text is read from. */
interface RawSight {
  readonly picture: Picture;
  /** `undefined` where it shows graphics. */
  readonly layout: TextLayout | undefined;
  readonly memory: Buffer;
}

/** Looks at a display. */
export class Display {
  readonly #memory: AdapterMemory;
  readonly #controller: CrtController | undefined;
  #last: (RawSight & { readonly text: TextScreen }) | undefined;

  /** @param controller of a VGA adapter, which has a text mode. */
  constructor(memory: AdapterMemory, controller: CrtController | undefined) {
    this.#memory = memory;
    this.#controller = controller;
  }

  /** Whether it has a text mode. */
  get hasText(): boolean {
    return this.#controller !== undefined;
  }

  /**
   * The guest runs on meanwhile, unless that leaves a doubt about the part of memory that is shown.
   * @throws `QmpError`, `TimeoutError`, `BringupError` where QEMU gives no picture.
   */
  async look(): Promise<ScreenSight> {
    if (this.#controller === undefined) {
      return { picture: await this.#memory.picture(), text: undefined };
    }
    for (let look = 1; look <= looksBeforeStop; look += 1) {
      const raw = await this.#look();
      const { layout, picture } = raw;
      if (layout === undefined) return { picture, text: undefined };
      const text = await this.#textOf(raw, layout);
      if (text !== undefined) return { picture, text };
    }
    const still = await this.lookWithCursor();
    return { picture: still.picture, text: still.text };
  }

  /** The same while the guest stands still, where it can be made to. @throws as `look`. */
  async lookWithCursor(): Promise<ScreenSight> {
    const still = await this.#controller?.read(() => this.#look());
    const raw = still?.sight ?? (await this.#look());
    const { layout, memory, picture } = raw;
    if (layout === undefined) return { picture, text: undefined, cursor: "none" };
    const startBytes = still === undefined ? layout.startBytes : still.state.start * 2;
    const text = readTextScreen(memory, { ...layout, startBytes });
    this.#last = { ...raw, text };
    const cursor = still && cursorArea(still.state, layout, picture);
    return { picture, text, cursor: cursor ?? "none" };
  }

  /** `undefined` where only the registers can tell. */
  async #textOf(raw: RawSight, layout: TextLayout): Promise<TextScreen | undefined> {
    if (this.#last !== undefined && isSameSight(this.#last, raw)) return this.#last.text;
    const { memory, picture } = raw;
    const videoMemory = await this.#memory.readVideoMemory(fontMemoryBytes);
    const found = videoMemory && findTextStart({ picture, layout, memory, videoMemory });
    // What is drawn between two looks fits nothing. Where there is but one screen it is this one.
    const startBytes = found ?? (isBlankBeyond(memory, layout) ? layout.startBytes : undefined);
    if (startBytes === undefined) return undefined;
    const text = readTextScreen(memory, { ...layout, startBytes });
    this.#last = { ...raw, text };
    return text;
  }

  async #look(): Promise<RawSight> {
    const picture = await this.#memory.picture();
    const layout = textLayoutOf(picture, await this.#memory.read(biosDataArea));
    // Reading has effects on an adapter that shows graphics: its latches keep what was read.
    const memory = layout === undefined ? Buffer.alloc(0) : await this.#memory.read(textMemory);
    return { picture, layout, memory };
  }
}

/** Whether nothing has changed that text is read from. */
function isSameSight(one: RawSight, other: RawSight): boolean {
  const [first, second] = [one.layout, other.layout];
  return (
    first?.columns === second?.columns &&
    first?.rows === second?.rows &&
    first?.startBytes === second?.startBytes &&
    isSamePicture(one.picture, other.picture) &&
    one.memory.equals(other.memory)
  );
}
