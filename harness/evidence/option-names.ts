/** Options of a call, which may come from JavaScript, or from a test that nobody type-checks. */
import { SpecError } from "./errors.ts";
import { toPlainData } from "./plain-data.ts";

/**
 * An option that is not known would do nothing, and the call seem to mean what it does not.
 * @throws `SpecError` naming an option that there is not, and those that there are.
 */
export function checkOptionNames(options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    const got = options === undefined ? "nothing" : JSON.stringify(toPlainData(options));
    throw new SpecError("options", `got ${got}, takes an object with any of ${known.join(", ")}`);
  }
  const other = Object.keys(options).find((name) => !known.includes(name));
  if (other === undefined) return;
  throw new SpecError(other, `is no option of this call; there is ${known.join(", ")}`);
}
