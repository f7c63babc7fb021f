export { fatalPatterns } from "../deaths/index.ts";
export {
  AssertionError,
  BringupError,
  BuildError,
  type DeadHalt,
  type Evidence,
  type ExitOutcome,
  GuestError,
  type GuestLocation,
  HostError,
  LaunchError,
  type MachineExit,
  type MachineExitKind,
  type MachineRecord,
  PatternError,
  QmpError,
  SpecError,
  StateError,
  TimeoutError,
} from "../evidence/index.ts";
export type {
  QmpArguments,
  QmpClient,
  QmpCommands,
  QmpEvent,
  QmpEvents,
  QmpNewerCommands,
  QmpQueries,
  QmpResult,
} from "../qmp/index.ts";
export type {
  Area,
  Capture,
  Keyboard,
  KeyboardLayout,
  Mouse,
  MouseButton,
  Picture,
  Screen,
  ScreenCell,
  TypeOptions as KeyboardOptions,
} from "../screen/index.ts";
export type {
  CommandOptions,
  LineEnd,
  PaceOptions,
  ScreenMatch,
  ScreenStyle,
  SerialLine,
  SerialMatch,
  SerialPort,
  SerialTerminal,
  WaitOptions,
  WaitResult,
  WriteOptions,
} from "../serial/index.ts";
export { EvidenceStore } from "../store/index.ts";
export { type BootOptions, bootMachine, defaultWaitMs } from "./boot.ts";
export {
  ahci,
  type Device,
  type DeviceDrive,
  type DeviceOptions,
  type DeviceProperty,
  type DiskDeviceOptions,
  device,
  floppy,
  ide,
  ivshmem,
  type NetworkOptions,
  network,
  nvme,
  type PortOptions,
  pci,
  type RtcOptions,
  rtc,
  type SharedDirectory,
  scsi,
  sd,
  share,
  type TpmOptions,
  tpm,
  usb,
  type VirtioOptions,
  virtio,
  watchdog,
} from "./devices/index.ts";
export type { ExitDeviceChoice } from "./exit-device.ts";
export type { ExitOutcomes, StatusLists } from "./exit-outcomes.ts";
export type { MachineState } from "./lifecycle.ts";
export { Machine } from "./machine.ts";
export type { LimitOfWait } from "./machine-parts.ts";
export type { SerialPortChoice } from "./port-specs.ts";
export { wirePort } from "./port-wiring.ts";
export { isDebugging } from "./precedence.ts";
export type { RunSettings } from "./run-settings.ts";
export type {
  BootLoader,
  BootModule,
  Disk,
  DiskBus,
  Firmware,
  MachineSpec,
  SpecChanges,
} from "./spec.ts";
export { checkSpec } from "./spec-check.ts";
export type { EndOptions } from "./verdict.ts";
