export { type FatalOutput, fatalPatterns } from "./fatal-output.ts";
export { type SerialLimits, SerialPort, type SerialPortHooks } from "./serial-port.ts";
export type { SerialMatch, WaitOptions, WaitResult } from "./wait.ts";
