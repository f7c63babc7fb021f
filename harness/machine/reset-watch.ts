/** Resets of a machine that goes on after them: counted, waited for, and judged as a loop. */

import type { GuestHold, QmpClient, QmpEvent } from "../qmp/index.ts";
import type { SerialPort } from "../serial/index.ts";
import { afterInput, inputRead, monotonicMs } from "../wait/index.ts";
import { isPcFirmware } from "./pc-firmware.ts";
import { type ResetEntry, ResetLog } from "./reset-log.ts";

/** Resets in a row with the same output, and no progress of the test, that make a loop. */
export const resetLoopCount = 10;
/** The same where firmware resets after each reset once more, or a few times. */
const silentLoopCount = 20;

/** Milliseconds that QEMU may take to carry out a reset. */
const resetMs = 10_000;
/**
 * Milliseconds of QEMU's clock within which firmware follows a reset by one of its own, where the
 * log does not tell whose it was.
 */
const firmwareMs = 1_000;

/** What a machine's resets are like, and whom to tell of them. */
export interface ResetOptions {
  /** Has the guest stand still. */
  readonly hold: GuestHold;
  readonly onReset: "stop" | "continue";
  /** Whether firmware answers a reset by resetting again. */
  readonly hasRepeatingFirmware: boolean;
  /** QEMU's CPU log, where it can be relied on. */
  readonly cpuLog: string | undefined;
  /** The guest has reset the machine, which goes on. */
  readonly onTaken: () => void;
  /** The guest has reset a machine that is to stop then, and could not be told to in time. */
  readonly onUnstopped: (reset: ResetEntry) => void;
  /** The guest is seen to reset for ever. Called once. */
  readonly onLoop: (resets: number) => void;
}

export class ResetWatch {
  readonly #qmp: QmpClient;
  readonly #serial: SerialPort;
  readonly #options: ResetOptions;
  readonly #log: ResetLog | undefined;
  /** Resets by the guest that nothing has waited for yet. */
  #pending = 0;
  /** Resets that a wait has taken: a test that waits for them follows them. */
  #followed = 0;
  #followedBefore = 0;
  #printedUntil = 0;
  #cursor = 0;
  #previous: string | undefined;
  #alike = 0;
  #silent = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #stopsAtOutput = false;
  /** The next reset is not the guest's: it hung, and its watchdog ran out. */
  #isByWatchdog = false;
  #settled: Promise<unknown> = Promise.resolve();

  constructor(qmp: QmpClient, serial: SerialPort, options: ResetOptions) {
    this.#qmp = qmp;
    this.#serial = serial;
    this.#options = options;
    const { cpuLog, hasRepeatingFirmware } = options;
    if (hasRepeatingFirmware && cpuLog !== undefined) this.#log = new ResetLog(cpuLog);
    qmp.onEvent((event) => {
      this.#isByWatchdog ||= event.event === "WATCHDOG" && event.data?.action === "reset";
      // A wake-up resets the processor, too, and QEMU has no event for that.
      if (event.event === "WAKEUP") this.#log?.next();
      if (event.event !== "RESET") return;
      // The bytes that the guest printed before are in the FIFO; one turn of the loop reads them.
      const isByWatchdog = this.#isByWatchdog;
      this.#isByWatchdog = false;
      afterInput(() => this.#took(event, isByWatchdog));
    });
  }

  /** Takes a reset by the guest that nobody has waited for. @returns whether there was one. */
  take(): boolean {
    if (this.#pending === 0) return false;
    this.#pending -= 1;
    this.#followed += 1;
    return true;
  }

  /**
   * Resets from outside. A machine that stops on resets would take this one for the guest's, and
   * so those of firmware that follow it: it stops again once the guest has printed something.
   */
  async pressButton(): Promise<void> {
    this.#stopsAtOutput = false;
    if (this.#options.onReset !== "stop") {
      await this.#reset();
      return;
    }
    if (this.#options.hasRepeatingFirmware) {
      await this.#qmp.execute("set-action", { reboot: "reset" });
      await this.#reset();
      // What the guest printed before the reset is read by then.
      await inputRead();
      this.#stopsAtOutput = true;
      return;
    }
    const act = async () => {
      await this.#qmp.execute("set-action", { reboot: "reset" });
      await this.#reset();
      await this.#qmp.execute("set-action", { reboot: "shutdown" });
    };
    // A guest that resets at once by itself must meet a machine that stops: it stands still until
    // then, unless a debugger has it.
    await this.#options.hold.duringOrAnyway(act);
  }

  async #reset(): Promise<void> {
    const since = this.#qmp.mark();
    await this.#qmp.execute("system_reset");
    await this.#qmp.waitForEvent("RESET", { since, where: { guest: false }, timeoutMs: resetMs });
  }

  /** The guest has printed something: firmware is through. */
  sawOutput(): void {
    if (!this.#stopsAtOutput) return;
    this.#stopsAtOutput = false;
    // A machine that ends meanwhile needs no action any more.
    this.#settled = this.#qmp.execute("set-action", { reboot: "shutdown" }).catch(() => {});
  }

  /** Resolves when the machine does on a reset what it is to do, as far as is known by now. */
  get settled(): Promise<unknown> {
    return this.#settled;
  }

  #took({ data, timestampMs }: QmpEvent, isByWatchdog: boolean): void {
    const { end } = this.#serial;
    const output = this.#serial.slice(this.#printedUntil, end);
    const entry = this.#log?.next();
    const whose = this.#whose(output, timestampMs ?? monotonicMs(), entry?.address);
    this.#printedUntil = end;
    if (!(data as { guest?: boolean }).guest) {
      this.#alike = 0;
      this.#silent = 0;
      return;
    }
    // Firmware is not through by what is printed, but the guest itself was reached.
    if (this.#stopsAtOutput && entry !== undefined && whose === "guest" && !isByWatchdog) {
      this.#stopsAtOutput = false;
      this.#options.onUnstopped(entry);
      return;
    }
    if (whose !== "firmware" && !isByWatchdog) {
      this.#pending += 1;
      this.#options.onTaken();
    }
    this.#judge(output, whose);
  }

  /** Whose reset it was. `"late"`: firmware's, or of a guest that never prints. */
  #whose(output: string, atMs: number, address?: bigint): "guest" | "firmware" | "late" {
    const gapMs = atMs - this.#lastMs;
    this.#lastMs = atMs;
    if (!this.#options.hasRepeatingFirmware || output !== "") return "guest";
    if (address !== undefined) return isPcFirmware(address) ? "firmware" : "guest";
    return gapMs < firmwareMs ? "firmware" : "late";
  }

  /**
   * A loop is the same output between resets, over and over, while no wait is satisfied: a test
   * that follows the reboots moves the cursor, or waits for the resets themselves.
   */
  #judge(output: string, whose: "guest" | "firmware" | "late"): void {
    const { cursor } = this.#serial;
    const isFollowed = cursor !== this.#cursor || this.#followed !== this.#followedBefore;
    this.#cursor = cursor;
    this.#followedBefore = this.#followed;
    if (whose === "guest") {
      this.#silent = 0;
      this.#alike = output === this.#previous && !isFollowed ? this.#alike + 1 : 1;
      this.#previous = output;
      if (this.#alike === resetLoopCount) this.#options.onLoop(this.#alike);
      return;
    }
    this.#silent = isFollowed ? 1 : this.#silent + 1;
    if (this.#silent === silentLoopCount) this.#options.onLoop(this.#silent);
  }
}
