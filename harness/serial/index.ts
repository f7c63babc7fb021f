export type { FatalOutput } from "./fatal-output.ts";
export { fatalPatterns } from "./fatal-patterns.ts";
export type { SerialLine } from "./lines.ts";
export type { ScreenMatch } from "./screen-search.ts";
export type { SerialLimits } from "./serial-output.ts";
export { SerialPort, type SerialPortHooks } from "./serial-port.ts";
export { SerialTerminal } from "./terminal.ts";
export type { ScreenColor, ScreenPlace, ScreenStyle } from "./terminal-screen.ts";
export { isPattern, type SerialMatch, type WaitOptions, type WaitResult } from "./wait.ts";
