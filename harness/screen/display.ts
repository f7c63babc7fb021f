/** What QEMU shows of a guest's display: its picture, and its text memory. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { QmpClient } from "../qmp/index.ts";
import { type Picture, parsePixmap } from "./picture.ts";
import {
  biosDataArea,
  readTextScreen,
  type TextScreen,
  textLayoutOf,
  textMemory,
} from "./vga-text.ts";

/** Milliseconds that QEMU may take for a look. */
const lookMs = 5_000;

/** A look at the screen. */
export interface ScreenSight {
  readonly picture: Picture;
  /** What stands there; `undefined` where it shows graphics. */
  readonly text: TextScreen | undefined;
}

/** Asks QEMU. Its files are in a private directory, and gone when a look is over. */
export class Display {
  readonly #qmp: QmpClient;
  readonly #directory: string;
  readonly #hasText: boolean;
  #looks = 0;

  /** @param hasText whether it is a VGA adapter, which has a text mode. */
  constructor(qmp: QmpClient, directory: string, hasText: boolean) {
    this.#qmp = qmp;
    this.#directory = directory;
    this.#hasText = hasText;
  }

  /** @throws `QmpError`, `TimeoutError`, `BringupError` where QEMU gives no picture. */
  async look(): Promise<ScreenSight> {
    const picture = parsePixmap(
      await this.#file("screen", (filename) =>
        this.#qmp.execute("screendump", { filename }, { timeoutMs: lookMs }),
      ),
    );
    return { picture, text: this.#hasText ? await this.#text(picture) : undefined };
  }

  async #text(picture: Picture): Promise<TextScreen | undefined> {
    const layout = textLayoutOf(picture, await this.#memory(biosDataArea));
    return layout && readTextScreen(await this.#memory(textMemory), layout);
  }

  /** Physical memory, as CPU 0 reads it. */
  #memory({ address, sizeBytes }: { address: number; sizeBytes: number }): Promise<Buffer> {
    const limit = { timeoutMs: lookMs };
    return this.#file("memory", (filename) =>
      this.#qmp.execute("pmemsave", { val: address, size: sizeBytes, filename }, limit),
    );
  }

  /** What QEMU writes into a file that is there for this one purpose. */
  async #file(name: string, write: (path: string) => Promise<unknown>): Promise<Buffer> {
    this.#looks += 1;
    const path = join(this.#directory, `${name}-${this.#looks}`);
    try {
      await write(path);
      return await readFile(path);
    } finally {
      await rm(path, { force: true });
    }
  }
}
