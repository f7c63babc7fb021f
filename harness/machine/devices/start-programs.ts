/** Starts the programs that serve devices, before QEMU, and ends them after it. */
import { mkdirSync, readFileSync } from "node:fs";
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
  withLimit,
} from "../../process/index.ts";
import type { QmpClient } from "../../qmp/index.ts";
import type { MachineChronicle } from "../machine-record.ts";
import {
  programCommand,
  type ServedDevice,
  servedDevices,
  stateDirectory,
} from "./device-programs.ts";
import type { PlannedDevice } from "./plan-devices.ts";

/** Milliseconds until a program listens; it needs some 10. */
const programMs = 10_000;
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
  /** Ends all of them. Safe to call twice. */
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
      for (const program of programs) program.watch(qmp, surroundings.chronicle);
    },
    end: async () => {
      await Promise.all(programs.map((program) => program.end()));
    },
  };
}

class Program {
  readonly #name: string;
  readonly #log: string;
  readonly #child: OwnedChild;
  /** Through it the program says that it listens. */
  readonly #fifo: FifoPair;
  #isEnding = false;

  static async start(device: ServedDevice, surroundings: ProgramSurroundings): Promise<Program> {
    const { chronicle, cleanup, privateDirectory } = surroundings;
    const { kind } = device.program;
    const path = join(privateDirectory, `${device.id}-says`);
    await makeFifos([path]);
    const fifo = openFifoPair(path);
    cleanup.defer("a FIFO", () => fifo.close());
    const log = join(chronicle.facts.directory, `${kind}.${device.id}.log`);
    chronicle.addFile(log);
    mkdirSync(stateDirectory(device.id, privateDirectory), { mode: 0o700 });
    const [file = kind, ...words] = programCommand(device, privateDirectory);
    // It writes its process id once it listens (swtpm, `main`): a FIFO tells that at once.
    const child = startOwned(file, [...words, "--pid", `file=${path}.out`], {
      logFile: log,
      sockets: 0,
    });
    const program = new Program(`${kind} of ${device.id}`, log, child, fifo);
    cleanup.defer(kind, () => program.end());
    await program.#listening();
    return program;
  }

  private constructor(name: string, log: string, child: OwnedChild, fifo: FifoPair) {
    this.#name = name;
    this.#log = log;
    this.#child = child;
    this.#fifo = fifo;
  }

  watch(qmp: QmpClient, chronicle: MachineChronicle): void {
    void this.#child.ended.then(async (end) => {
      if (this.#isEnding) return;
      // It also ends because QEMU has: then that is the news, and nobody answers any more.
      const isAlive = await qmp.execute("query-status").then(
        () => true,
        () => false,
      );
      if (!isAlive || this.#isEnding) return;
      chronicle.note(this.#name, `${this.#lastWords(end)}; the machine goes on without it`);
    });
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    this.#child.kill();
    await this.#child.ended;
    this.#fifo.close();
  }

  async #listening(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#fifo.onData(() => resolve());
    const early = this.#child.ended.then((end) => {
      throw new LaunchError(`${this.#name} did not start: ${this.#lastWords(end)}`, {
        cause: end.spawnError,
      });
    });
    const what = `${this.#name} to listen for QEMU`;
    await withLimit(Promise.race([promise, early]), programMs, what, "programMs");
  }

  #lastWords({ exitCode, signal, spawnError }: ChildEnd): string {
    const how = spawnError?.message ?? `it ended with ${signal ?? `code ${exitCode}`}`;
    const said = readFileSync(this.#log, "utf8").trim().split("\n").slice(-mostLastLines);
    return said[0] === "" ? how : `${how}: ${said.join("; ")}`;
  }
}
