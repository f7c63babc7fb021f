/**
 * The keyboard controller of a PC (IBM PC AT, "8042"), whose status says whether the guest has read
 * what was typed. Reading it changes nothing (QEMU, hw/input/pckbd.c, kbd_read_status).
 */

import type { QmpClient } from "../qmp/index.ts";
import { monotonicMs, passed } from "../wait/index.ts";

/** Port of the status; its lowest bit says that the output buffer is full. */
const statusPort = 0x64;
const outputFull = 1;
/** Milliseconds that a guest may take to read a key; then it is taken for one that reads none. */
const readMs = 1_000;
/** Milliseconds between two looks. */
const intervalMs = 5;

/** Watches whether the guest reads what is typed, until it does not. */
export class KeyboardController {
  readonly #qmp: QmpClient;
  #isWatched = true;

  constructor(qmp: QmpClient) {
    this.#qmp = qmp;
  }

  /**
   * Waits until the guest has read all that its keyboard has sent. Its queue takes 16 bytes, and a
   * key is up to seven of them: a guest that is slow, as on a busy host, would lose the next.
   */
  async drained(): Promise<void> {
    const deadlineMs = monotonicMs() + readMs;
    while (this.#isWatched && (await this.#hasUnread())) {
      if (monotonicMs() > deadlineMs) this.#isWatched = false;
      // style-allow sleep: there is no event.
      else await passed(intervalMs);
    }
  }

  async #hasUnread(): Promise<boolean> {
    const line = `i /b 0x${statusPort.toString(16)}`;
    const text = await this.#qmp.execute("human-monitor-command", { "command-line": line });
    const status = /= 0x([0-9a-f]+)/.exec(text)?.[1];
    // Without such a port there is nothing to wait for.
    return status !== undefined && (Number.parseInt(status, 16) & outputFull) !== 0;
  }
}
