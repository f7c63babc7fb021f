/** `test` with `show`, by which a test says which line of the guest has just decided something. */
import { test as base, type SerialPort } from "bringup";

/** Puts the line in which the port's last match ends into the test's annotations. */
export type Show = (port: SerialPort) => Promise<void>;

/** bringup's `test`; what `show` shows is printed at once, and is in the reports. */
export const test = base.extend<{ show: Show }>({
  show: async ({ annotate }, use) => {
    await use(async (port) => {
      await annotate(lineAtCursor(port), port.name);
    });
  },
});

/** The whole line in which the last successful wait found the end of what it waited for. */
export function lineAtCursor(port: Pick<SerialPort, "cursor" | "end" | "slice">): string {
  const { cursor, end } = port;
  const before = port.slice(0, cursor);
  const [rest] = port.slice(cursor, end).split("\n", 1);
  return before.slice(before.lastIndexOf("\n") + 1) + rest;
}
