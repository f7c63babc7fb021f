import "./provided.ts";

export {
  AssertionError,
  BringupError,
  type Disk,
  type DiskBus,
  type EndOptions,
  type Evidence,
  type Firmware,
  fatalPatterns,
  GuestError,
  type GuestLocation,
  HostError,
  LaunchError,
  Machine,
  type MachineExit,
  type MachineExitKind,
  type MachineSpec,
  QmpError,
  type SerialMatch,
  type SpecChanges,
  SpecError,
  StateError,
  TimeoutError,
  type WaitOptions,
} from "../machine/index.ts";
export type {
  EmitEventOptions,
  ExpectedExit,
  NotPrintOptions,
  NotShowTextOptions,
} from "../matchers/index.ts";
export type {
  QmpArguments,
  QmpBlockDevice,
  QmpClient,
  QmpCommands,
  QmpCpu,
  QmpEvent,
  QmpEvents,
  QmpNewerCommands,
  QmpResult,
  QmpRunState,
  QmpShutdownCause,
} from "../qmp/index.ts";
export type {
  ScreenMatch,
  ScreenStyle,
  SerialLine,
  SerialPort,
  SerialTerminal,
} from "../serial/index.ts";
export { type BringupAssertion, type BringupExpect, expect } from "./expect.ts";
export { type Boot, test } from "./test.ts";
