import "./node-version.ts";

export { BuildError, type FailedBuild, unbootedFile } from "./build-error.ts";
export { atCaller, atCallSite, atPlace, CallSite, type TrackCall } from "./call-site.ts";
export {
  AssertionError,
  BringupError,
  type Evidence,
  type FatalExcerpt,
  GuestError,
  HostError,
  LaunchError,
  PatternError,
  QmpError,
  SpecError,
  StateError,
  TimeoutError,
} from "./errors.ts";
export {
  type DeadHalt,
  describeExit,
  describeLocation,
  type FaultCause,
  type GuestLocation,
  isDeath,
  isGuestsOwn,
  type MachineExit,
  type MachineExitKind,
} from "./exit.ts";
export { type ExitOutcome, exitOutcomeNames } from "./exit-outcome.ts";
export { formatEvidence } from "./format.ts";
export { checkOptionNames } from "./option-names.ts";
export { toPlainData } from "./plain-data.ts";
export type {
  AcceleratorChoice,
  AttemptRecord,
  BaselineRecord,
  EvidenceFile,
  MachineRecord,
  TestRecord,
  TimelineEntry,
} from "./record.ts";
