/** The message about a field that nothing knows. */
import { nearestName } from "../qmp/index.ts";

/** "is no field of a machine; the nearest is kernel (the fields are kernel, initrd, …)". */
export function noField(written: string, known: readonly string[], what: string): string {
  const nearest = nearestName(written, known);
  const all = `the fields are ${known.join(", ")}`;
  if (nearest === undefined) return `is no field of ${what}; ${all}`;
  return `is no field of ${what}; the nearest is ${nearest} (${all})`;
}
