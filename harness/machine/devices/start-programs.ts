/** Starts the programs that serve devices, before QEMU, and ends them after it. */

import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { LaunchError } from "../../evidence/index.ts";
import {
  type ChildEnd,
  type CleanupStack,
  type FifoPair,
  makeFifos,
  type OwnedChild,
  openFifoPair,
  startOwned,
} from "../../process/index.ts";
import type { QmpClient } from "../../qmp/index.ts";
import { withLimit } from "../../wait/index.ts";
import type { MachineChronicle } from "../machine-record.ts";
import {
  announcingCommand,
  isListening,
  programSocket,
  type ServedDevice,
  servedDevices,
  stateDirectory,
} from "./device-programs.ts";
import type { PlannedDevice } from "./plan-devices.ts";
import { virtiofsLock } from "./virtiofs.ts";

/** Milliseconds until a program listens; it needs some 10. */
const programMs = 10_000;
/** Milliseconds that it may take to end after SIGKILL. */
const endMs = 5_000;
/** Lines of a program that tell of its end. */
const mostLastLines = 3;

/** What the start of programs is given. */
export interface ProgramSurroundings {
  readonly privateDirectory: string;
  readonly chronicle: MachineChronicle;
  /** Takes every program before it starts. */
  readonly cleanup: CleanupStack;
}

/** The programs of one machine. */
export interface StartedPrograms {
  /** Notes in the timeline which program ends although QEMU still runs, and its last words. */
  watch(qmp: QmpClient): void;
  /** Ends all of them. Safe to call twice. @throws `TimeoutError` for one that cannot be killed. */
  end(): Promise<void>;
}

/**
 * Starts what serves `devices`. Holds afterwards: every program listens for QEMU.
 * @throws `LaunchError` with the program's own words if it ends before, `TimeoutError` if it does
 *   neither; `cleanup` ends all that was started.
 */
export async function startPrograms(
  devices: readonly PlannedDevice[],
  surroundings: ProgramSurroundings,
): Promise<StartedPrograms> {
  const programs = await Promise.all(
    servedDevices(devices).map((device) => Program.start(device, surroundings)),
  );
  return {
    watch: (qmp) => {
      for (const program of programs) program.watch(qmp);
    },
    end: async () => {
      await Promise.all(programs.map((program) => program.end()));
    },
  };
}

class Program {
  readonly #device: ServedDevice;
  readonly #name: string;
  readonly #place: ProgramSurroundings;
  readonly #log: string;
  readonly #child: OwnedChild;
  /** Through it the program says that it listens. */
  readonly #fifo: FifoPair;
  #isEnding = false;

  static async start(device: ServedDevice, place: ProgramSurroundings): Promise<Program> {
    const path = join(place.privateDirectory, `${device.id}-says`);
    await makeFifos([path]);
    const fifo = openFifoPair(path);
    place.cleanup.defer("a FIFO", () => fifo.close());
    mkdirSync(stateDirectory(device.id, place.privateDirectory), { mode: 0o700 });
    const program = new Program(device, place, fifo, `${path}.out`);
    place.cleanup.defer(device.program.kind, () => program.end());
    await program.#listening();
    await program.#removeLock();
    return program;
  }

  private constructor(
    device: ServedDevice,
    place: ProgramSurroundings,
    fifo: FifoPair,
    fifoPath: string,
  ) {
    const { kind } = device.program;
    const { chronicle, privateDirectory } = place;
    this.#device = device;
    this.#name = `${kind} of ${device.id}`;
    this.#place = place;
    this.#fifo = fifo;
    // Ports have no dot in their names: this log is no port's.
    this.#log = join(chronicle.facts.directory, `${kind}.${device.id}.log`);
    chronicle.addFile(this.#log);
    const [file, ...words] = announcingCommand(device, privateDirectory, fifoPath);
    // Under another level the newer virtiofsd would not say that it listens.
    const environment = { ...process.env, RUST_LOG: "info" };
    this.#child = startOwned(file, words, { logFile: this.#log, sockets: 0, environment });
  }

  watch(qmp: QmpClient): void {
    void this.#child.ended.then(async (end) => {
      if (this.#isEnding) return;
      // It also ends because QEMU has: then that is the news, and nobody answers any more.
      const isAlive = await qmp.execute("query-status").then(
        () => true,
        () => false,
      );
      if (!isAlive || this.#isEnding) return;
      const words = `${this.#lastWords(end)}; the machine goes on without it`;
      this.#place.chronicle.note(this.#name, words);
    });
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    this.#child.kill();
    await withLimit(this.#child.ended, endMs, `${this.#name} to end after SIGKILL`);
    this.#fifo.close();
    await this.#removeLock();
  }

  /** As soon as it is there, so that not even SIGKILL of this process leaves it. */
  async #removeLock(): Promise<void> {
    const { id, program } = this.#device;
    if (program.kind !== "virtiofsd") return;
    const lock = virtiofsLock(program, programSocket(id, this.#place.privateDirectory));
    if (lock !== undefined) await rm(lock, { force: true });
  }

  async #listening(): Promise<void> {
    const { program } = this.#device;
    const { promise, resolve } = Promise.withResolvers<void>();
    let said = "";
    let isReady = false;
    this.#fifo.onData((bytes) => {
      // A process id is no news for anybody else.
      if (program.kind === "virtiofsd") appendFileSync(this.#log, bytes);
      if (isReady) return;
      said += Buffer.from(bytes).toString("latin1");
      isReady = isListening(program, said);
      if (isReady) resolve();
    });
    const early = this.#child.ended.then((end) => {
      throw new LaunchError(`${this.#name} did not start: ${this.#lastWords(end)}`, {
        cause: end.spawnError,
      });
    });
    const what = `${this.#name} to listen for QEMU`;
    await withLimit(Promise.race([promise, early]), programMs, what, "programMs");
  }

  /** Of a program that has ended. */
  #lastWords({ exitCode, signal, spawnError }: ChildEnd): string {
    if (!this.#isEnding) this.#fifo.drain();
    const how = spawnError?.message ?? `it ended with ${signal ?? `code ${exitCode}`}`;
    const said = readFileSync(this.#log, "utf8").trim().split("\n").slice(-mostLastLines);
    return said[0] === "" ? how : `${how}: ${said.join("; ")}`;
  }
}
