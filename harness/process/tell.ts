import { printable } from "../text/index.ts";

/**
 * Says something to the person at the terminal: on stderr, because stdout may be a report. The one
 * way on which the harness itself prints; names and words of others cannot steer the terminal.
 * @param message lines without the last line feed.
 */
export function tell(message: string): void {
  process.stderr.write(`${printable(message)}\n`);
}
