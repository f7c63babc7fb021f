/** Names of ports, which are names of log files as well. */

const portName = /^[A-Za-z][A-Za-z0-9_-]{0,30}$/;
/** A port's log lies next to these, which are the machine's own. */
export const takenNames = ["qmp", "cpu", "stderr", "timeline", "debug-console", "semihosting"];

/** For messages. */
export const portNameTakes = `a name of letters, digits, _ and -, but not ${takenNames.join(", ")}`;

export function isPortName(name: string): boolean {
  return portName.test(name) && !takenNames.includes(name.toLowerCase());
}

/** Some hosts take two names that differ in case for one file. */
export function areDistinct(names: readonly string[]): boolean {
  return new Set(names.map((name) => name.toLowerCase())).size === names.length;
}
