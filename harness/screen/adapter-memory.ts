/** What QEMU shows of a display adapter while the guest runs: its picture and its memory. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { QmpClient } from "../qmp/index.ts";
import { type Picture, parsePixmap } from "./picture.ts";

/** Milliseconds that QEMU may take for a look. */
const lookMs = 5_000;

/** Class and subclass of an adapter that is compatible with VGA (PCI Code and ID Assignment). */
const vgaClass = 0x0300;

/** What QEMU writes goes into files in a private directory, and is gone when it has been read. */
export class AdapterMemory {
  readonly #qmp: QmpClient;
  readonly #directory: string;
  #looks = 0;

  constructor(qmp: QmpClient, directory: string) {
    this.#qmp = qmp;
    this.#directory = directory;
  }

  /** @throws `QmpError`, `TimeoutError`, `BringupError` where QEMU gives no picture. */
  async picture(): Promise<Picture> {
    return parsePixmap(
      await this.#file("screen", (filename) =>
        this.#qmp.execute("screendump", { filename }, { timeoutMs: lookMs }),
      ),
    );
  }

  /** Physical memory, as CPU 0 reads it. @throws `QmpError`, `TimeoutError`. */
  read({ address, sizeBytes }: { address: number; sizeBytes: number }): Promise<Buffer> {
    const limit = { timeoutMs: lookMs };
    return this.#file("memory", (filename) =>
      this.#qmp.execute("pmemsave", { val: address, size: sizeBytes, filename }, limit),
    );
  }

  /**
   * The beginning of the adapter's own memory, of which the guest's window at 0xa0000 is a part;
   * `undefined` where it is in no window of the PCI bus. @throws as `read`.
   */
  async readVideoMemory(sizeBytes: number): Promise<Buffer | undefined> {
    const devices = await this.#qmp.query.pciDevices();
    const adapter = devices.find(({ classCode }) => classCode === vgaClass);
    const region = adapter?.regions.find(({ bar, kind }) => bar === 0 && kind === "memory");
    if (region?.address === undefined) return undefined;
    return await this.read({ address: Number(region.address), sizeBytes });
  }

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
