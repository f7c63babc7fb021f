export { type FatalOutput, fatalPatterns } from "./fatal-output.ts";
export type { SerialLine } from "./lines.ts";
export type { SerialLimits } from "./serial-output.ts";
export { SerialPort, type SerialPortHooks } from "./serial-port.ts";
export type { SerialMatch, WaitOptions, WaitResult } from "./wait.ts";
