/** The watch over one guest: its ports, its life, its death, and the evidence of all that. */

import {
  type DeadHalt,
  describeExit,
  type Evidence,
  GuestError,
  type MachineExit,
} from "../evidence/index.ts";
import type { FifoPair } from "../process/index.ts";
import { GuestHold, type QmpEvent } from "../qmp/index.ts";
import type { Screen } from "../screen/index.ts";
import type { AwaitedText } from "../serial/index.ts";
import { monotonicMs } from "../wait/index.ts";
import type { Autopsy } from "./autopsy.ts";
import { CrashReport } from "./crash-report.ts";
import { DeadHaltSampler } from "./dead-halt-sampler.ts";
import { type EfiWatch, watchEfi } from "./efi-watch.ts";
import { EndWaits } from "./end-waits.ts";
import { EndWatch, saysTripleFault } from "./end-watch.ts";
import { exitDeviceOf } from "./exit-device.ts";
import { FailureEvidence } from "./failure-evidence.ts";
import { wireGuestPort } from "./guest-port.ts";
import { Lifecycle } from "./lifecycle.ts";
import type { MachineParts } from "./machine-parts.ts";
import type { MachineChronicle } from "./machine-record.ts";
import { makeAutopsy } from "./make-autopsy.ts";
import { makeScreen } from "./make-screen.ts";
import { PanicWatch, panicOf } from "./panic-watch.ts";
import { hasRepeatingFirmware } from "./pc-firmware.ts";
import type { WiredPort } from "./port-wiring.ts";
import { inWords } from "./qmp-log.ts";
import type { ResetEntry } from "./reset-log.ts";
import { ResetWatch } from "./reset-watch.ts";

export class GuestWatch {
  readonly ports: readonly WiredPort[];
  readonly lifecycle: Lifecycle;
  readonly chronicle: MachineChronicle;
  readonly sampler: DeadHaltSampler;
  readonly endWaits: EndWaits;
  readonly endWatch: EndWatch;
  readonly resets: ResetWatch;
  readonly efiWatch: EfiWatch | undefined;
  readonly screen: Screen;
  readonly hold: GuestHold;
  readonly crash = new CrashReport();
  readonly panics: PanicWatch;
  /** When the guest began to run: by the clock of `monotonicMs`, and by that of the wall. */
  #start: { readonly ms: number; readonly date: Date } | undefined;
  readonly #parts: MachineParts;
  readonly #autopsy: Autopsy;
  readonly #evidence: FailureEvidence;

  constructor(parts: MachineParts) {
    this.#parts = parts;
    this.chronicle = parts.chronicle;
    this.lifecycle = new Lifecycle((state) => this.chronicle.note("machine", state));
    this.#autopsy = makeAutopsy(parts);
    this.sampler = new DeadHaltSampler(this.#autopsy, {
      lastActivityMs: () => Math.max(...this.ports.map(({ port }) => port.lastActivityMs)),
      // Behind a write that ends the machine a guest halts, and is examined for a while.
      isRunning: () => this.lifecycle.state === "running" && !this.endWatch.isEnding,
      onDead: (finding) => void this.#foundDead(finding),
      onSilence: () => this.panics.lookAtScreen(),
    });
    this.endWaits = new EndWaits((change) => this.waiting(change));
    this.panics = new PanicWatch({
      ports: () => this.ports,
      crash: this.crash,
      screen: () => this.screen,
      qmp: parts.qmp,
      endWaits: this.endWaits,
      isEnding: () => this.endWatch.isEnding || this.chronicle.exit !== undefined,
      look: () => this.#lookAfterPanic(),
    });
    this.ports = parts.plan.ports.map((port, index) => {
      return wireGuestPort(port, parts.fifos[index] as FifoPair, parts, this);
    });
    this.hold = new GuestHold(parts.qmp, !parts.plan.debug);
    this.screen = makeScreen(parts, {
      hold: this.hold,
      ports: this.ports,
      onWaiting: (change) => this.waiting(change),
      onFatal: (line) => this.panics.takeFromScreen(line),
      attachEvidence: (error, awaited) => this.attachEvidence(error, awaited),
    });
    const { port } = this.ports[0] as WiredPort;
    this.resets = new ResetWatch(parts.qmp, port, {
      hold: this.hold,
      onReset: parts.plan.onReset,
      hasRepeatingFirmware: hasRepeatingFirmware(parts.plan),
      cpuLog: parts.plan.accelerator === "tcg" ? parts.logs.cpu : undefined,
      onTaken: () => this.endWaits.offerReset(() => this.resets.take()),
      onUnstopped: (reset) => void this.#foundReset(reset),
      onLoop: (resets) => void this.#foundLoop(resets),
    });
    this.efiWatch = watchEfi(parts, port, (exit) => void this.#foundReturn(exit));
    parts.qmp.onEvent((event) => this.#follow(event));
    this.endWatch = this.#watchEnd();
    if (parts.plan.debug) this.sampler.stop();
    this.#evidence = new FailureEvidence(parts, this.#autopsy, this);
    const { failOn } = parts;
    if (failOn !== undefined)
      this.chronicle.note("machine", `failOn: ${failOn.join(", ") || "none"}`);
  }

  /** When the guest executed its first instruction, as far as this process could see. */
  get startedAt(): Date | undefined {
    return this.#start?.date;
  }

  /** Milliseconds since then. What is read before the news of it was printed at its very start. */
  get clockMs(): number {
    return this.#start === undefined ? 0 : monotonicMs() - this.#start.ms;
  }

  /** Somebody has begun (+1) or ceased (-1) to wait for the guest, on whatever channel. */
  waiting(change: 1 | -1): void {
    this.sampler.waiting(change);
    // The wait itself is in its set, or has passed what it passes, once this turn is over.
    queueMicrotask(() => this.panics.review());
  }

  /** Gives an error the evidence of this machine, once, after writing it to disk. */
  async attachEvidence(error: Error, awaited?: AwaitedText): Promise<Error> {
    return await this.#evidence.attach(error, awaited);
  }

  /** What the machine is doing, with the last lines of every port. Never throws. */
  async evidence(): Promise<Evidence> {
    return await this.#evidence.take();
  }

  async #lookAfterPanic(): Promise<void> {
    await this.endWatch.settled();
    if (this.lifecycle.state !== "running" || this.#parts.plan.debug) return;
    const { judgement, registers } = await this.#autopsy.judgeHalt();
    if (!judgement.dead) return;
    const at = await this.#autopsy.locate(registers.find(({ cpu }) => cpu === judgement.cpu));
    const place = at === undefined ? {} : { at };
    await this.#foundDead({ kind: "dead-halt", because: judgement.because, ...place });
  }

  #watchEnd(): EndWatch {
    const { child, logs, plan, qemuMajor, qmp } = this.#parts;
    return new EndWatch({
      child,
      qmp,
      autopsy: this.#autopsy,
      cpuLog: logs.cpu,
      stderrLog: logs.stderr,
      accelerator: plan.accelerator,
      exitDevice: exitDeviceOf(plan.board.exit, plan.extra),
      exitOutcomes: plan.exitOutcomes,
      hasRepeatingFirmware: hasRepeatingFirmware(plan),
      qemuMajor,
      drain: () => this.#drain(),
      fatalLine: () => this.panics.fatalLine(),
      onEnd: (exit) => this.#end(exit),
    });
  }

  #follow({ event, data }: QmpEvent): void {
    this.chronicle.note("qmp", `${event} ${inWords(data ?? {})}`);
    // QEMU also stops for the autopsy; nobody could go on from that.
    if (event === "STOP" && !this.endWatch.isEnding) this.lifecycle.enter("paused");
    if (event === "RESUME") {
      this.#start ??= { ms: monotonicMs(), date: new Date() };
      this.lifecycle.enter("running");
    }
    if (event === "SUSPEND") this.lifecycle.enter("suspended");
    if (event === "WAKEUP") this.lifecycle.enter("running");
    // The guest has died and its crash kernel goes on: like fatal output, and no end.
    if (event === "GUEST_CRASHLOADED") this.panics.take(this.crash.take());
    if (event === "RESET") this.chronicle.forgetFinding();
  }

  /** Takes the guest's last words. What cannot be read is not worth more than how it ended. */
  #drain(): void {
    for (const wired of this.ports) {
      try {
        wired.drain();
      } catch (error) {
        this.chronicle.note(wired.port.name, `cannot be read: ${(error as Error).message}`);
      }
      wired.port.settle();
    }
  }

  #end(exit: MachineExit): void {
    if (this.chronicle.exit !== undefined) return;
    this.chronicle.exit = exit;
    this.lifecycle.enter("ended", describeExit(exit));
    this.sampler.stop();
    this.panics.stop();
    const guestError = (phase: string) => new GuestError(`while waiting for ${phase}`, exit);
    this.endWaits.settle(exit);
    for (const { port } of this.ports) port.finish(guestError);
    void this.screen.failWaits(guestError, true);
    this.#parts.qmp.failWaits(guestError);
    this.chronicle.write(this.ports);
  }

  async #foundDead(finding: DeadHalt): Promise<void> {
    const line = await this.panics.fatalLine();
    // Meanwhile the machine may have ended, or been reset or paused by the test.
    if (this.lifecycle.state !== "running") return;
    if (line !== undefined) {
      this.#end(panicOf(line, finding));
      return;
    }
    this.chronicle.addFinding(finding);
    const guestError = (phase: string) => new GuestError(`while waiting for ${phase}`, finding);
    for (const { port } of this.ports) port.failWaits(guestError);
    void this.screen.failWaits(guestError, false);
    this.endWaits.fail(finding);
    this.#parts.qmp.failWaits(guestError);
    this.#parts.qmp.allowWaits();
  }

  async #foundReturn(exit: MachineExit): Promise<void> {
    const line = await this.panics.fatalLine();
    if (this.endWatch.isEnding) return;
    this.#end(line === undefined ? exit : panicOf(line, exit));
    this.endWatch.kill("the harness, after an EFI application returned");
  }

  async #foundReset({ isTripleFault, registers }: ResetEntry): Promise<void> {
    const line = await this.panics.fatalLine();
    const at = await this.#autopsy.locateDumped(registers);
    if (this.endWatch.isEnding) return;
    const kind = isTripleFault ? "triple-fault" : "reset";
    const because = `RESET by the guest, silent since vm.reset(); QEMU's CPU log says ${kind}`;
    const exit = { kind, because, ...(at === undefined ? {} : { at }) } as const;
    this.#end(line === undefined ? exit : panicOf(line, exit));
    this.endWatch.kill("the harness, after the guest has reset");
  }

  async #foundLoop(resets: number): Promise<void> {
    const { logs, plan } = this.#parts;
    // Such firmware ends its own resets with a triple fault, which says nothing of the guest's.
    const isFault = !hasRepeatingFirmware(plan) && (await saysTripleFault(logs.cpu, 0));
    const why = isFault ? "; QEMU's CPU log says triple fault" : "";
    const because = `the guest printed the same between all of them${why}`;
    this.#end({ kind: "reset-loop", resets, because });
    this.endWatch.kill("the harness, after a reset loop");
  }
}
