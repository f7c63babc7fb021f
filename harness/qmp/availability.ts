/** Finds out what a QEMU lacks before it is asked for it. */

import { QmpError, TimeoutError } from "../evidence/index.ts";
import { startDeadline } from "../wait/index.ts";

import type { QmpResult } from "./commands.ts";
import { firstLine } from "./excerpt.ts";
import { KEPT_SCHEMAS } from "./limits.ts";
import type { QmpGreeting } from "./message.ts";
import { openCommands } from "./open-commands.ts";
import { QmpSchema } from "./schema.ts";

/** A command that waits for its turn to be sent. */
export interface Intent {
  readonly command: string;
  readonly args: object | undefined;
  readonly outOfBand: boolean;
}

/** What may become of it: it goes out, it waits for what is being found out, or it has failed. */
export type Verdict = "send" | "wait" | Error;

/** Whom the availability asks. */
interface AvailabilitySetup {
  /** Whether commands are judged at all. */
  readonly isChecking: boolean;
  /** The program that is QEMU here, if known: its schema is asked for once in this process. */
  readonly program: string | undefined;
  readonly greeting: () => QmpGreeting;
  /** Asks for the schema before any command that waits. */
  readonly ask: () => Promise<unknown>;
  /** Judges those that wait again. */
  readonly resume: () => void;
}

/**
 * Commands that no supported QEMU lacks, with their arguments: what the harness itself runs, and
 * what tests run most. They go out unseen, so that a machine that needs no others is never asked
 * for its schema, which costs some ten milliseconds.
 */
export const coreCommands: Readonly<Record<string, readonly string[]>> = {
  qmp_capabilities: ["enable"],
  "query-qmp-schema": [],
  "query-status": [],
  "query-version": [],
  "query-name": [],
  "query-cpus-fast": [],
  "query-memory-size-summary": [],
  "query-block": [],
  "query-blockstats": ["query-nodes"],
  "query-pci": [],
  "query-chardev": [],
  "query-balloon": [],
  "query-stats": ["target", "vcpus", "providers"],
  "query-stats-schemas": ["provider"],
  cont: [],
  stop: [],
  quit: [],
  system_reset: [],
  system_powerdown: [],
  "set-action": ["reboot", "shutdown", "panic", "watchdog"],
  "human-monitor-command": ["command-line", "cpu-index"],
  device_add: ["driver", "bus", "id"],
  device_del: ["id"],
};

/** The same for commands that overtake others, which must not wait for an answer behind those. */
export const coreOutOfBandCommands: Readonly<Record<string, readonly string[]>> = {
  "migrate-pause": [],
  "migrate-recover": ["uri"],
  "query-yank": [],
  yank: ["instances"],
};

/** Schemas of this process, by program and version. */
const schemas = new Map<string, QmpSchema>();

/** What one QEMU has. Its schema is asked for when the first command needs it, and once. */
export class Availability {
  readonly #setup: AvailabilitySetup;
  #schema: QmpSchema | undefined;
  #look: Promise<QmpSchema> | undefined;
  /** QEMU did not tell: it then refuses by itself what it lacks. */
  #isUnknown = false;

  constructor(setup: AvailabilitySetup) {
    this.#setup = setup;
  }

  /** Whether a command may be sent now. */
  judge(intent: Intent): Verdict {
    const { command, args, outOfBand } = intent;
    if (outOfBand && !this.#setup.greeting().capabilities.includes("oob")) {
      const message = `QMP ${command}: this QEMU offers no out-of-band commands on this connection`;
      return new QmpError(message, {});
    }
    if (!this.#setup.isChecking || isCore(intent)) return "send";
    this.#schema ??= schemas.get(this.#key());
    if (this.#schema === undefined) {
      if (this.#isUnknown) return "send";
      try {
        this.#lookUp();
        return "wait";
      } catch (error) {
        const message = `QMP ${command}: whether this QEMU has it cannot be asked: ${firstLine(error)}`;
        return new QmpError(message, {}, { cause: error });
      }
    }
    const lack = this.#schema.lack(command, args, outOfBand);
    if (lack === undefined) return "send";
    return new QmpError(`QMP ${command}: this QEMU (${this.#version()}) ${lack}`, {});
  }

  /**
   * The schema, asked for if that was not done yet.
   *
   * @throws QmpError if QEMU does not give it; TimeoutError after `timeoutMs`.
   */
  async schema(timeoutMs: number): Promise<QmpSchema> {
    const known = this.#schema ?? schemas.get(this.#key());
    if (known !== undefined) return known;
    const limit = Promise.withResolvers<never>();
    const stopClock = startDeadline(timeoutMs, () =>
      limit.reject(new TimeoutError("QMP query-qmp-schema", timeoutMs)),
    );
    try {
      return await Promise.race([this.#lookUp(), limit.promise]);
    } finally {
      stopClock();
    }
  }

  /** @throws QmpError if the question cannot be put, because of a limit. */
  #lookUp(): Promise<QmpSchema> {
    if (this.#look !== undefined) return this.#look;
    const look = Promise.withResolvers<QmpSchema>();
    // The question itself is judged as well, and must not ask again.
    this.#look = look.promise;
    try {
      const schema = this.#setup.ask().then((entities) => this.#learn(entities));
      schema.then(look.resolve, look.reject);
    } catch (error) {
      this.#look = undefined;
      throw error;
    }
    const resume = () => this.#setup.resume();
    look.promise.then(resume, () => {
      this.#isUnknown = true;
      resume();
    });
    return look.promise;
  }

  #learn(entities: unknown): QmpSchema {
    this.#schema = new QmpSchema(entities as QmpResult<"query-qmp-schema">);
    if (this.#setup.program !== undefined) keep(this.#key(), this.#schema);
    return this.#schema;
  }

  #key(): string {
    const { program, greeting } = this.#setup;
    return program === undefined ? "" : JSON.stringify([program, greeting().version]);
  }

  #version(): string {
    const { major, minor, micro } = this.#setup.greeting().version.qemu;
    return `${major}.${minor}.${micro}`;
  }
}

function isCore({ command, args, outOfBand }: Intent): boolean {
  const core = outOfBand ? coreOutOfBandCommands : coreCommands;
  const known = Object.hasOwn(core, command) ? core[command] : undefined;
  if (known === undefined || openCommands.includes(command)) return known !== undefined;
  return Object.keys(args ?? {}).every((name) => known.includes(name));
}

function keep(key: string, schema: QmpSchema): void {
  const [oldest] = schemas.keys();
  if (schemas.size >= KEPT_SCHEMAS && oldest !== undefined) schemas.delete(oldest);
  schemas.set(key, schema);
}
