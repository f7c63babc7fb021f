/** What is known of a machine, as evidence for an error and as the record for the reports. */

import { existsSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import {
  type AcceleratorChoice,
  type DeadHalt,
  describeExit,
  describeLocation,
  type Evidence,
  type GuestLocation,
  type MachineExit,
  type MachineRecord,
  type TimelineEntry,
} from "../evidence/index.ts";
import { monotonicMs } from "../wait/index.ts";
import { excerptOf } from "./port-excerpt.ts";
import type { WiredPort } from "./port-wiring.ts";

/** Bytes of a port's text that the record carries to the reports. */
const recordedCharacters = 64 * 1024;
/** Entries of the timeline; a machine that does more says so in its last one. */
const timelineLimit = 1_000;
/** Findings of one machine: it can be reset and found dead again. */
const findingsLimit = 100;

/** What does not change while the machine runs. */
export interface MachineFacts {
  readonly name: string;
  readonly arch: string;
  readonly machineType: string;
  readonly qemu: MachineRecord["qemu"];
  readonly kernel: MachineRecord["kernel"];
  readonly accelerator: AcceleratorChoice;
  readonly reproduce: string;
  /** Evidence directory. */
  readonly directory: string;
}

const otherFiles = ["qmp.log", "cpu.log", "stderr.log", "command.sh", "timeline.log"];

/** Collects what happens to one machine. */
export class MachineChronicle {
  readonly facts: MachineFacts;
  readonly #startedMs = monotonicMs();
  readonly #timeline: TimelineEntry[] = [];
  readonly #findings: DeadHalt[] = [];
  /** What was found and still holds. */
  #finding: DeadHalt | undefined;
  exit: MachineExit | undefined;
  #writeError: Error | undefined;
  readonly #furtherFiles: string[] = [];

  readonly #title: () => string | undefined;

  /**
   * @param script shows the machine again.
   * @param title which machine this is, where that has to be said.
   */
  constructor(
    facts: MachineFacts,
    script: string,
    title: () => string | undefined = () => undefined,
  ) {
    this.facts = facts;
    this.#title = title;
    this.#save(() => {
      writeFileSync(join(facts.directory, "command.sh"), script, { mode: 0o755 });
    });
  }

  /** Why evidence could not be written, if so. */
  get writeError(): Error | undefined {
    return this.#writeError;
  }

  /** Adds to the timeline. */
  note(source: string, text: string): void {
    if (this.#timeline.length > timelineLimit) return;
    const isFull = this.#timeline.length === timelineLimit;
    const atMs = Math.round(monotonicMs() - this.#startedMs);
    this.#timeline.push(
      isFull ? { atMs, source: "machine", text: "more happened" } : { atMs, source, text },
    );
  }

  /** What was found of the guest that is no end, oldest first. */
  get findings(): readonly DeadHalt[] {
    return this.#findings;
  }

  /** Adds a finding, once, however often the same is found again. */
  addFinding(finding: DeadHalt): void {
    const previous = this.#finding;
    this.#finding = finding;
    if (previous !== undefined && describeExit(previous) === describeExit(finding)) return;
    this.note("finding", describeExit(finding));
    if (this.#findings.length < findingsLimit) this.#findings.push(finding);
  }

  /** The guest runs again, after a reset: what was found of it is history. */
  forgetFinding(): void {
    this.#finding = undefined;
  }

  /** A file of evidence that not every machine has. @param path absolute. */
  addFile(path: string): void {
    if (!this.#furtherFiles.includes(path)) this.#furtherFiles.push(path);
  }

  /**
   * @param at where the guest is now, if it still runs and could be looked at.
   * @param screen what its screen shows, where that matters.
   */
  evidence(
    state: string,
    at: GuestLocation | undefined,
    ports: readonly WiredPort[],
    screen?: readonly string[],
  ): Evidence {
    const { exit, facts } = this;
    const place = exit?.at ?? at;
    const finding = exit === undefined ? this.#finding : undefined;
    const where = at === undefined || exit !== undefined ? "" : `, at ${describeLocation(at)}`;
    const what = exit === undefined ? `${state}${where}` : `ended: ${describeExit(exit)}`;
    const doing = finding === undefined ? what : `${state}; ${describeExit(finding)}`;
    const title = this.#title();
    return {
      ...(title === undefined ? {} : { title }),
      machine: `${doing} (${facts.arch} ${facts.machineType}, ${facts.accelerator.used})`,
      serial: ports.map(({ port }) => ({
        port: port.name,
        ...excerptOf(port),
        ...(port.terminal.isOpen ? { screen: port.terminal.lines } : {}),
      })),
      ...(screen === undefined ? {} : { screen }),
      ...(exit === undefined ? {} : { exit }),
      ...(place?.codeFrame === undefined ? {} : { codeFrame: place.codeFrame }),
      // A guest that lives may well be in firmware, or in code without symbols, for the moment.
      ...(exit?.at?.note === undefined ? {} : { placeNote: exit.at.note }),
      reproduce: facts.reproduce,
      directory: relative(process.cwd(), facts.directory) || ".",
    };
  }

  /** The whole record as it stands. */
  record(ports: readonly WiredPort[]): MachineRecord {
    const { facts } = this;
    const logs = ports.map(({ logFile, port }) => ({ name: `${port.name}.log`, path: logFile }));
    const paths = [...otherFiles.map((name) => join(facts.directory, name)), ...this.#furtherFiles];
    const others = paths.map((path) => ({ name: basename(path), path }));
    return {
      ...facts,
      files: [...logs, ...others.filter(({ path }) => existsSync(path))],
      serial: ports.map(({ port }) => {
        const text = port.text;
        const omittedBytes = port.omittedBytes + Math.max(0, text.length - recordedCharacters);
        return { port: port.name, text: text.slice(-recordedCharacters), omittedBytes };
      }),
      exit: this.exit ?? null,
      findings: this.#findings,
      timeline: this.#timeline,
    };
  }

  /**
   * Writes record and timeline next to the logs. Never throws, because something more important is
   * being told: see `writeError`.
   */
  write(ports: readonly WiredPort[]): void {
    const { directory } = this.facts;
    const lines = this.#timeline.map(
      ({ atMs, source, text }) => `${atMs} ms  ${source}: ${text}\n`,
    );
    this.#save(() => {
      writeFileSync(join(directory, "timeline.log"), lines.join(""));
      const json = JSON.stringify(this.record(ports), null, 2);
      writeFileSync(join(directory, "record.json"), `${json}\n`);
    });
  }

  #save(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#writeError ??= error as Error;
    }
  }
}
