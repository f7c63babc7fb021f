/** Watches for everything that ends a machine, examines the body, and says once how it ended. */

import { statSync } from "node:fs";
import { open } from "node:fs/promises";
import type { GuestLocation, MachineExit } from "../evidence/index.ts";
import type { CpuRegisters } from "../guest/index.ts";
import type { OwnedChild } from "../process/index.ts";
import type { QmpClient, QmpEvent } from "../qmp/index.ts";
import { withLimit } from "../wait/index.ts";
import type { Autopsy } from "./autopsy.ts";
import { classifyExit, type EndFacts } from "./classify-exit.ts";
import { panicMessage } from "./crash-report.ts";
import type { ExitDevice } from "./exit-device.ts";
import type { ExitOutcomes } from "./exit-outcomes.ts";
import { isPcFirmware } from "./pc-firmware.ts";
import { saysLockup } from "./qemu-words.ts";

/** Milliseconds that QEMU may take to end once it was told to, before it is killed. */
const quitMs = 2_000;
/** Milliseconds that QEMU may take to say why it stopped. */
const questionMs = 2_000;
/** From this QEMU on an exit device may make a shutdown whose status is only in the exit code. */
const exitAsShutdownMajor = 8;
/** Bytes that are read of a log: from the beginning of one, and from the end of the other. */
const readBytes = 1024 * 1024;

export interface EndWatchOptions {
  readonly child: OwnedChild;
  readonly qmp: QmpClient;
  readonly autopsy: Autopsy;
  readonly cpuLog: string;
  readonly stderrLog: string;
  readonly accelerator: string;
  readonly exitDevice: ExitDevice | undefined;
  readonly exitOutcomes: ExitOutcomes | undefined;
  readonly hasRepeatingFirmware: boolean;
  readonly qemuMajor: number;
  /** Reads what is still in the FIFOs: after this every port has all that was printed. No throw. */
  readonly drain: () => void;
  /** The line of fatal output, if a port or the screen has one. No throw. */
  readonly fatalLine: () => Promise<string | undefined>;
  /** Called once. No throw. */
  readonly onEnd: (exit: MachineExit) => void;
}

type Seen = Pick<EndFacts, "shutdownReason" | "runState" | "guestPanic">;

/** Run states in which a guest stands still and nobody asked for it. */
const endingStates = ["internal-error", "io-error", "guest-panicked", "watchdog"];

export class EndWatch {
  readonly #options: EndWatchOptions;
  #seen: Partial<Seen> = {};
  #killedBy: string | undefined;
  #look: Promise<void> = Promise.resolve();
  /** What the watchdog did that ran out last, in the life of the guest that runs now. */
  #watchdogAction: string | undefined;
  /** Bytes of the CPU log that are of resets which the machine has survived. */
  #oldLogBytes = 0;
  #ending: Promise<void> | undefined;
  #hasQuitForStatus = false;

  constructor(options: EndWatchOptions) {
    this.#options = options;
    options.qmp.onEvent((event) => this.#take(event));
    void options.child.ended.then(() => this.#end());
  }

  /** Whether something has been seen that ends the machine. */
  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  /** Whether QEMU was told to quit because only its exit code tells how the guest ended. */
  get hasQuitForStatus(): boolean {
    return this.#hasQuitForStatus;
  }

  /**
   * Resolves when `onEnd` has been called, if anything that ends the machine has been seen so far.
   * Never rejects.
   */
  async settled(): Promise<void> {
    await this.#look;
    // A connection that has ended is a QEMU that has, even where the system has not said so yet.
    if (this.#options.qmp.state === "closed") {
      await withLimit(this.#options.child.ended, quitMs, "QEMU to end").catch(() => {});
    }
    await this.#ending;
  }

  /** The harness ends the machine: `by` says on whose behalf. */
  kill(by: string): void {
    this.#killedBy ??= by;
    this.#options.child.kill();
  }

  #take(event: QmpEvent): void {
    const data = event.data as Record<string, unknown>;
    switch (event.event) {
      case "SHUTDOWN":
        // The first one says why; a later one is of what the harness does about it.
        this.#seen = { shutdownReason: String(data.reason), ...this.#seen };
        this.#end();
        break;
      case "GUEST_PANICKED":
        this.#seen = { ...this.#seen, guestPanic: panicMessage(data.info) };
        this.#end();
        break;
      case "WATCHDOG":
        this.#watchdogAction = String(data.action);
        break;
      case "RESET":
        this.#watchdogAction = undefined;
        this.#oldLogBytes = statSync(this.#options.cpuLog, { throwIfNoEntry: false })?.size ?? 0;
        break;
      case "STOP":
        this.#look = this.#lookAtStop();
        break;
    }
  }

  /** A STOP that nobody asked for is an error of QEMU or KVM; the run state says which. */
  async #lookAtStop(): Promise<void> {
    try {
      const { status } = await this.#options.qmp.execute(
        "query-status",
        {},
        { timeoutMs: questionMs },
      );
      if (!endingStates.includes(status)) return;
      this.#seen = { ...this.#seen, runState: status };
      this.#end();
    } catch {
      // QEMU ended meanwhile: its exit says what there is to say.
    }
  }

  #end(): void {
    this.#ending ??= this.#conclude();
  }

  async #conclude(): Promise<void> {
    const options = this.#options;
    const isBodyKept = Object.keys(this.#seen).length > 0;
    const body = isBodyKept ? await this.#examine() : {};
    const child = isBodyKept ? await this.#exitCodeOfShutdown() : await options.child.ended;
    options.drain();
    const stderr = await readStart(options.stderrLog);
    const at = saysLockup(stderr) ? await options.autopsy.locateDumped(stderr) : undefined;
    const { guestPanic, runState, shutdownReason } = this.#seen;
    options.onEnd(
      classifyExit({
        shutdownReason,
        runState,
        guestPanic,
        child,
        killedBy: this.#killedBy,
        stderr,
        loggedTripleFault: await saysTripleFault(options.cpuLog, this.#oldLogBytes),
        accelerator: options.accelerator,
        exitDevice: options.exitDevice,
        exitOutcomes: options.exitOutcomes,
        watchdogAction: this.#watchdogAction,
        fatalLine: await options.fatalLine(),
        at,
        lastAct: undefined,
        fault: undefined,
        isByFirmware: false,
        ...body,
      }),
    );
  }

  async #examine(): Promise<Pick<EndFacts, "at" | "lastAct" | "isByFirmware" | "fault">> {
    const { autopsy, accelerator, hasRepeatingFirmware } = this.#options;
    const registers = await autopsy.registers();
    const isReset = this.#seen.shutdownReason === "guest-reset";
    const isAmbiguous = isReset && accelerator !== "tcg";
    const pointer = registers[0]?.instructionPointer;
    const isByFirmware = hasRepeatingFirmware && pointer !== undefined && isPcFirmware(pointer);
    const faulty = isReset && !isByFirmware ? await autopsy.findFault(registers) : undefined;
    return {
      isByFirmware,
      fault: faulty?.fault,
      at: await this.#locate(faulty?.cpu ?? registers.find((cpu) => cpu.started !== false)),
      lastAct: isAmbiguous ? await autopsy.lastAct(registers) : undefined,
    };
  }

  /** A device that ends the machine stops a CPU behind the write to it. */
  async #locate(cpu: CpuRegisters | undefined): Promise<GuestLocation | undefined> {
    const { autopsy } = this.#options;
    const { guestPanic, shutdownReason } = this.#seen;
    const isByWrite = guestPanic !== undefined || shutdownReason === "guest-shutdown";
    return isByWrite ? await autopsy.locateWrite(cpu) : await autopsy.locate(cpu);
  }

  /** Where QEMU is new enough, only its exit code tells an exit device from a power-off. */
  async #exitCodeOfShutdown(): Promise<EndFacts["child"]> {
    const { child, exitDevice, qemuMajor, qmp } = this.#options;
    const { shutdownReason } = this.#seen;
    const mayBeExit = shutdownReason === "guest-shutdown" || shutdownReason === "guest-panic";
    if (!mayBeExit || exitDevice === undefined || qemuMajor < exitAsShutdownMajor) return undefined;
    this.#hasQuitForStatus = true;
    try {
      await qmp.execute("quit", {}, { timeoutMs: quitMs });
      return await withLimit(child.ended, quitMs, "QEMU to quit");
    } catch {
      child.kill();
      return await child.ended;
    }
  }
}

/**
 * Whether QEMU's CPU log says that a CPU gave up (TCG only): near its end, if at all, and behind
 * the first `oldBytes`.
 */
export async function saysTripleFault(cpuLog: string, oldBytes: number): Promise<boolean> {
  const text = await readPart(cpuLog, (sizeBytes) => Math.max(oldBytes, sizeBytes - readBytes));
  return text.includes("Triple fault");
}

async function readStart(path: string): Promise<string> {
  return await readPart(path, () => 0);
}

async function readPart(path: string, from: (sizeBytes: number) => number): Promise<string> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    const start = Math.max(0, from(size));
    const buffer = Buffer.alloc(Math.max(0, Math.min(readBytes, size - start)));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    return buffer.toString("utf8", 0, bytesRead);
  } catch {
    // No log: QEMU did not get that far.
    return "";
  }
}
