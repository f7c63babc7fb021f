/**
 * The record of a test: all that a report may use. It travels from the test's process to the
 * reporters as vitest task metadata (`task.meta.bringup`), so it is JSON and nothing else.
 */
import type { DeadHalt, MachineExit } from "./exit.ts";

/** What `"auto"` or a request came to, and why, in words. */
export interface AcceleratorChoice {
  /** As asked for: "auto", "kvm", "tcg" or "hvf". */
  readonly requested: string;
  /** As used: "kvm", "tcg" or "hvf". */
  readonly used: string;
  /** One sentence, with the figures that decided. */
  readonly why: string;
}

/** A file that the report links. */
export interface EvidenceFile {
  /** What it is: "serial0.log", "qmp.log", "cpu.log", "stderr.log", "command.sh". */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
}

/** One entry of a machine's timeline. */
export interface TimelineEntry {
  /** Milliseconds since the machine was asked for. */
  readonly atMs: number;
  /** Who says it: "machine", "qmp", "serial0", "finding", "error". */
  readonly source: string;
  readonly text: string;
}

/** Everything that decided a verdict about one machine. */
export interface MachineRecord {
  /** Unique within the run: "boot.test.ts-reaches-the-shell-1". */
  readonly name: string;
  /** The image under test as it was when it booted; `null` for firmware alone. */
  readonly kernel: {
    /** Path as the spec gave it, made absolute. */
    readonly path: string;
    /** SHA-256 of its content, lower-case hexadecimal. */
    readonly sha256: string;
    /** What its content says it is: "ELF 64-bit x86_64, PVH", … */
    readonly image: string;
  } | null;
  readonly arch: string;
  readonly machineType: string;
  readonly qemu: { readonly binary: string; readonly version: string };
  readonly accelerator: AcceleratorChoice;
  /** One shell command that shows the same again. */
  readonly reproduce: string;
  /** The test that booted it, where the tests of a file share it. */
  readonly sharedSince?: string;
  /** Directory that holds `files`. */
  readonly directory: string;
  readonly files: readonly EvidenceFile[];
  /** Normalised text of each port, cut at the front to the documented limit. */
  readonly serial: readonly {
    readonly port: string;
    readonly text: string;
    readonly omittedBytes: number;
  }[];
  readonly exit: MachineExit | null;
  readonly findings: readonly DeadHalt[];
  readonly timeline: readonly TimelineEntry[];
}

/** All machines of one attempt at a test. */
export interface AttemptRecord {
  /** 0 for the first try, 1 for the first retry. */
  readonly retry: number;
  readonly repeat: number;
  readonly machines: readonly MachineRecord[];
}

/** A screenshot that has become a baseline: there was none, or it did not match. */
export interface BaselineRecord {
  /** Absolute path of the PNG file. */
  readonly path: string;
  readonly change: "written" | "updated";
}

/** What a test's metadata carries under the key `bringup`. */
export interface TestRecord {
  readonly attempts: readonly AttemptRecord[];
  /** Of all attempts; left out where there are none. */
  readonly baselines?: readonly BaselineRecord[];
}
