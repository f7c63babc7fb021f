export type { CommandOptions } from "./command.ts";
export { fatalLineOf } from "./fatal-line.ts";
export type { FatalOutput } from "./fatal-output.ts";
export type { LineEnd } from "./line-end.ts";
export type { SerialLine } from "./lines.ts";
export { nearestLine } from "./nearest-line.ts";
export type { PaceOptions } from "./pace.ts";
export { findOnScreen, type ScreenMatch, withoutBlanks } from "./screen-search.ts";
export { SerialPort, type SerialPortHooks, type WriteOptions } from "./serial-port.ts";
export type { SerialLimits } from "./serial-record.ts";
export { SerialTerminal } from "./terminal.ts";
export type { ScreenColor, ScreenPlace, ScreenStyle } from "./terminal-screen.ts";
export {
  checkPattern,
  checkWaitOptions,
  isPattern,
  type SerialMatch,
  type WaitOptions,
  type WaitResult,
} from "./wait.ts";
