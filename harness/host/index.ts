export {
  type AcceleratorQuestion,
  type AcceleratorRequest,
  chooseAccelerator,
  requestedAccelerator,
} from "./accelerator.ts";
export {
  type Calibration,
  type CalibrationRequest,
  calibrate,
  calibrateHost,
} from "./calibration.ts";
export {
  copyVariables,
  type Firmware,
  type FirmwareRequest,
  findFirmware,
  findRom,
} from "./firmware.ts";
export { describeFirmwareFile, type FirmwareFileFacts } from "./firmware-file.ts";
export { hasGraphicalSession } from "./graphical-session.ts";
export { describeHost, type HostDescription } from "./host-description.ts";
export { installCommand, packagesOf } from "./install.ts";
export { type FindOptions, findQemu, listCpuModels, listDevices, listQemu } from "./qemu.ts";
export {
  type DeviceModel,
  findMachineType,
  hasOption,
  type MachineType,
  machineNames,
  type QemuBinary,
  type QemuVersion,
} from "./qemu-facts.ts";
export { forgetHost } from "./remember.ts";
export type { AcceleratorSample } from "./sample.ts";
export {
  findVirtiofsd,
  parseVirtiofsdHelp,
  type Virtiofsd,
  type VirtiofsdRequest,
} from "./virtiofsd.ts";
