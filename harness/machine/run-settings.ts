import type { FailedBuild } from "../evidence/index.ts";
import type { Calibration } from "../host/index.ts";
import type { MachineSpec } from "./spec.ts";

/** Decided once by a run's main process, and cloned for every process that boots machines. */
export interface RunSettings {
  /** What every `boot()` starts from. */
  readonly machine: MachineSpec;
  readonly calibration: Calibration | null;
  /** The `.bringup` folder. */
  readonly evidence: string;
  /** Name of this run's folder in it. */
  readonly run: string;
  /** The main process's session, in which the others make theirs. */
  readonly session: string;
  /** The project's root: tests run there, and names of evidence are relative to it. */
  readonly root: string;
  /** Where vitest was started. */
  readonly startedIn: string;
  /** What is not to be booted. */
  readonly failedBuilds: readonly FailedBuild[];
}
