/** What a guest's writes may come to: overlays that grow beyond a limit end the machine. */
import type { QmpClient } from "../qmp/index.ts";
import type { MachineParts } from "./machine-parts.ts";

/** Bytes of each disk's throw-away overlay; a guest that writes more is ended. `docs/limits.md`. */
export const overlayLimitBytes = 16 * 1024 ** 3;

/** Watches over the overlays of one machine, from the guest's first instruction on. */
export class OverlayGrowth {
  readonly #parts: MachineParts;
  readonly #limitBytes: number;
  readonly #onGrown: (reason: string) => void;

  /** @param onGrown called with the reason: the machine must not go on then. */
  constructor(parts: MachineParts, onGrown: (reason: string) => void) {
    const { media, devices } = parts.plan;
    this.#parts = parts;
    this.#limitBytes = parts.overlayLimitBytes ?? overlayLimitBytes;
    this.#onGrown = onGrown;
    const drives = [...media.disks, ...devices.flatMap(({ drive }) => drive ?? [])];
    let isWatched = !drives.some(({ persist, readOnly }) => !persist && !readOnly);
    parts.qmp.onEvent(({ data, event }) => {
      if (event === "RESUME" && !isWatched) {
        isWatched = true;
        void this.watch();
      }
      if (event !== "BLOCK_WRITE_THRESHOLD") return;
      const { "node-name": node, "write-threshold": threshold } = data as never as ThresholdData;
      // Any other threshold is the test's own.
      if (BigInt(threshold) === BigInt(this.#limitBytes)) void this.#end(node);
    });
  }

  /**
   * Has QEMU tell once an overlay grows beyond the limit, for those it does not watch yet. Never
   * rejects: what cannot be watched is noted.
   */
  async watch(): Promise<void> {
    const { chronicle, privateDirectory, qmp } = this.#parts;
    try {
      for (const node of await overlayFiles(qmp, privateDirectory)) {
        if (BigInt(node.write_threshold) !== 0n) continue;
        const name = node["node-name"] as string;
        const limit = { "node-name": name, "write-threshold": this.#limitBytes };
        await qmp.execute("block-set-write-threshold", limit);
      }
    } catch (error) {
      if (qmp.state === "closed") return;
      chronicle.note("machine", `overlays are not watched: ${(error as Error).message}`);
    }
  }

  async #end(node: string): Promise<void> {
    const name = await this.#diskOf(node).catch(() => undefined);
    const what = name === undefined ? "a disk" : name;
    const advice = "for more, give a copy of the image with persist";
    this.#onGrown(
      `the limit of ${mebibytes(this.#limitBytes)} for what it writes to ${what}; ${advice}`,
    );
  }

  /** The disk or device whose overlay is in the file of that node. */
  async #diskOf(node: string): Promise<string | undefined> {
    const { privateDirectory, qmp } = this.#parts;
    const files = await overlayFiles(qmp, privateDirectory);
    const file = files.find((one) => one["node-name"] === node)?.file;
    const devices = await qmp.execute("query-block");
    const found = devices.find(
      ({ inserted }) => file !== undefined && inserted?.file.includes(file),
    );
    const id = found?.device || found?.qdev?.match(/^\/machine\/peripheral\/([^/]+)/)?.[1];
    return id?.replace(/-drive$/, "");
  }
}

interface ThresholdData {
  readonly "node-name": string;
  readonly "write-threshold": number | bigint;
}

/** The nodes of QEMU's that are files of the machine's own. */
async function overlayFiles(qmp: QmpClient, directory: string) {
  const nodes = await qmp.execute("query-named-block-nodes", { flat: true });
  return nodes.filter(({ drv, file }) => drv === "file" && file.startsWith(`${directory}/`));
}

function mebibytes(sizeBytes: number): string {
  return `${sizeBytes / 1024 ** 2} MiB`;
}
