/** A running machine: the one object that a test holds. */
import {
  atCaller,
  checkOptionNames,
  type DeadHalt,
  type Evidence,
  type MachineExit,
  type MachineRecord,
} from "../evidence/index.ts";
import type { QmpClient } from "../qmp/index.ts";
import { Keyboard, Mouse, type Screen } from "../screen/index.ts";
import type { AwaitedText, SerialPort } from "../serial/index.ts";
import type { Device } from "./devices/device.ts";
import { Hotplug, hasKeyboard } from "./devices/hotplug.ts";
import { evidentQmp } from "./evident-qmp.ts";
import { GuestWatch } from "./guest-watch.ts";
import type { MachineState } from "./lifecycle.ts";
import { MachineEnd } from "./machine-end.ts";
import type { MachineParts } from "./machine-parts.ts";
import { OverlayGrowth } from "./overlay-growth.ts";
import { portNamed, type WiredPort } from "./port-wiring.ts";
import { Verdict } from "./verdict.ts";
import { wakeUpGuest } from "./wake-up.ts";

/**
 * A machine in QEMU. It belongs to whoever booted it, and is gone when that ends: a test's
 * machine with the test, `await using` with its block, and with the process in any case.
 */
export class Machine implements AsyncDisposable {
  /** The first serial port. */
  readonly serial: SerialPort;
  /** All serial ports, in the order of the spec. */
  readonly serialPorts: readonly SerialPort[];
  /** The debug console at port 0xE9, where the spec asks for it. */
  readonly debugConsole: SerialPort | undefined;
  /** The console of semihosting, where the spec's `exitDevice` comes to that. */
  readonly semihosting: SerialPort | undefined;
  /** The QMP connection. */
  readonly qmp: QmpClient;
  /** The guest's display: a picture, and what stands there in text mode. */
  readonly screen: Screen;
  /** The guest's keyboard. */
  readonly keyboard: Keyboard;
  /** The guest's mouse, or tablet. */
  readonly mouse: Mouse;
  /** What matchers wait for: ends, panics, resets; and the judgement over the guest. */
  readonly verdict: Verdict;
  readonly #parts: MachineParts;
  readonly #watch: GuestWatch;
  readonly #hotplug: Hotplug;
  readonly #end: MachineEnd;
  readonly #growth: OverlayGrowth;

  /** For `bootMachine`: the guest has not executed anything yet. */
  constructor(parts: MachineParts) {
    this.#parts = parts;
    this.#watch = new GuestWatch(parts);
    this.#hotplug = new Hotplug({ ...parts, hold: this.#watch.hold });
    this.#end = new MachineEnd(parts, this.#watch);
    this.#growth = new OverlayGrowth(parts, (reason) => this.#watch.endWatch.kill(reason));
    this.verdict = new Verdict(this.#watch, parts);
    this.serialPorts = this.#portsOf("serial");
    this.serial = this.serialPorts[0] as SerialPort;
    this.debugConsole = this.#portsOf("debug-console")[0];
    this.screen = this.#watch.screen;
    this.keyboard = new Keyboard(parts.qmp, {
      exists: () => hasKeyboard(parts.plan, this.#hotplug),
      hasController: parts.plan.board.facts.pc,
    });
    this.mouse = new Mouse(parts.qmp, () => this.screen.size());
    this.semihosting = this.#portsOf("semihosting")[0];
    this.qmp = evidentQmp(parts.qmp, {
      limit: parts.limit,
      track: parts.track,
      attachEvidence: (error) => this.attachEvidence(error),
      turn: () => this.#watch.hold.over,
      exit: async () => {
        await this.#watch.endWatch.settled();
        return this.exit;
      },
      hasQuitForStatus: () => this.#watch.endWatch.hasQuitForStatus,
      onWaiting: (change) => this.#watch.waiting(change),
    });
  }

  /** What the machine is doing. */
  get state(): MachineState {
    return this.#watch.lifecycle.state;
  }

  /** Name of the machine's evidence, unique within the run. */
  get name(): string {
    return this.#parts.chronicle.facts.name;
  }

  /**
   * When the guest began to run, by this computer's clock; `undefined` before. Times of matches and
   * lines (`atMs`) count from here.
   */
  get startedAt(): Date | undefined {
    return this.#watch.startedAt;
  }

  /** The port of that name, or the debug console. @throws `SpecError` that names all ports. */
  serialPort(name: string): SerialPort {
    return portNamed(this.#watch.ports, name);
  }

  /**
   * How the machine ends. Rejects with `GuestError` where the guest is found provably dead (dead
   * halt) without an end; while someone holds this promise, that is looked for. Reading `kind`
   * counts as having judged the exit.
   */
  get exited(): Promise<MachineExit> {
    const promise = this.verdict.anyEnd();
    promise.catch(() => {});
    return promise;
  }

  /** How the machine ended, or `undefined` while it has not. */
  get exit(): MachineExit | undefined {
    return this.#watch.chronicle.exit;
  }

  /** The messages of the guest's panics, expected or not, oldest first. */
  get panics(): readonly string[] {
    return this.#watch.panics.seen.map(({ message }) => message);
  }

  /** Whether the guest has said that it dies, expected or not. */
  get hasPanicked(): boolean {
    return this.#watch.panics.seen.length > 0;
  }

  /** What was found of the guest that is no end: dead halts. */
  get findings(): readonly DeadHalt[] {
    return this.#watch.chronicle.findings;
  }

  /** Stops the guest's execution. Holds afterwards: `paused`. @throws `StateError`, `QmpError`. */
  async pause(): Promise<void> {
    await this.#act("pause()", ["running"], () => this.qmp.execute("stop"));
  }

  /** Continues. Holds afterwards: `running`. @throws `StateError`, `QmpError`. */
  async resume(): Promise<void> {
    await this.#act("resume()", ["paused", "starting"], () => this.qmp.execute("cont"));
  }

  /**
   * Presses the reset button; the machine goes on whatever `onReset` says, and a paused one stays
   * paused. @throws `StateError`, `QmpError`.
   */
  async reset(): Promise<void> {
    await this.#act("reset()", ["running", "paused"], () => this.#watch.resets.pressButton());
  }

  /**
   * Wakes up a guest that has suspended itself to RAM, as its power button would. Holds afterwards:
   * `running`, or what the guest has made of it since.
   * @throws as `pause`; `TimeoutError` if QEMU does not carry it out.
   */
  async wakeUp(): Promise<void> {
    await this.#act("wakeUp()", ["suspended"], () => wakeUpGuest(this.qmp));
  }

  /** Presses the power button: an ACPI request, which the guest may ignore. @throws as `pause`. */
  async powerDown(): Promise<void> {
    await this.#act("powerDown()", ["running"], () => this.qmp.execute("system_powerdown"));
  }

  /**
   * Plugs a device in, with the controller that it needs. Holds afterwards: the machine has it;
   * when the guest sees it is for the guest.
   * @returns its id, for `detach`.
   * @throws `SpecError` for a device that cannot be here; `QmpError` with QEMU's words, after which
   *   nothing of it is left; `HostError` without qemu-img; `StateError`.
   */
  async attach(device: Device): Promise<string> {
    const attach = async () => {
      const id = await this.#hotplug.attach(device);
      if (device.drive !== undefined) await this.#growth.watch();
      return id;
    };
    return await this.#act("attach()", ["running", "paused"], attach);
  }

  /**
   * Unplugs a device. Holds afterwards: the guest has let it go, and its disk's overlay is gone.
   * @throws `TimeoutError` where the guest never lets go; `QmpError`, `SpecError`, `StateError`.
   */
  async detach(id: string, options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const detach = () => {
      checkOptionNames(options, ["timeoutMs"]);
      return this.#hotplug.detach(id, options.timeoutMs);
    };
    await this.#act("detach()", ["running", "paused"], detach);
  }

  /**
   * Ends QEMU at once. Holds afterwards: `ended`, with an exit of kind `killed` if the machine had
   * not ended before. @throws `StateError`; `TimeoutError` if QEMU cannot be killed.
   */
  async kill(): Promise<void> {
    await this.#act("kill()", ["starting", "running", "paused", "suspended", "ended"], () =>
      this.#end.endQemu("kill()"),
    );
  }

  /** Gives an error the evidence of this machine, once, after writing it to disk. */
  attachEvidence(error: Error, awaited?: AwaitedText): Promise<Error> {
    return this.#watch.attachEvidence(error, awaited);
  }

  /** What the machine is doing, with the last lines of every port. Never throws. */
  evidence(): Promise<Evidence> {
    return this.#watch.evidence();
  }

  /** The record for the reports, as it stands. */
  record(): MachineRecord {
    return this.#watch.chronicle.record(this.#watch.ports);
  }

  /**
   * Ends QEMU and removes everything but the evidence. Safe to call twice.
   * @throws `TimeoutError` if QEMU cannot be killed; `HostError` if evidence could not be written.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#end.dispose();
  }

  /** Does what the state allows; every error has the evidence of the machine. */
  async #act<Result>(
    call: string,
    needed: readonly MachineState[],
    act: () => Promise<Result>,
  ): Promise<Result> {
    const whereAllowed = async () => {
      this.#watch.lifecycle.require(call, ...needed);
      return await act();
    };
    return await atCaller(whereAllowed, (error) => this.attachEvidence(error));
  }

  #portsOf(kind: WiredPort["kind"]): SerialPort[] {
    return this.#watch.ports.filter((wired) => wired.kind === kind).map(({ port }) => port);
  }
}
