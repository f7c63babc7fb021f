export { type FatalOutput, fatalPatterns } from "./fatal-output.ts";
export type { SerialLine } from "./lines.ts";
export type { ScreenMatch } from "./screen-search.ts";
export type { SerialLimits } from "./serial-output.ts";
export { SerialPort, type SerialPortHooks } from "./serial-port.ts";
export { SerialTerminal } from "./terminal.ts";
export type { ScreenColor, ScreenPlace, ScreenStyle } from "./terminal-screen.ts";
export type { SerialMatch, WaitOptions, WaitResult } from "./wait.ts";
