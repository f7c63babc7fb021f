/** What `boot()` takes. */
import { SpecError } from "../evidence/index.ts";
import type { Machine, SpecChanges } from "../machine/index.ts";

/**
 * Boots a machine that is gone when the test is: `boot(spec)` the plugin's `machine`, with the
 * fields of `spec` before it, of which `null` takes one away; `boot(kernel, spec)` that kernel.
 */
// One signature: of overloads the compiler names none of the fields in its first line.
export type Boot = (
  kernelOrSpec?: string | SpecChanges,
  spec?: Omit<SpecChanges, "kernel">,
) => Promise<Machine>;

/** The spec that they come to. @throws `SpecError` for two specs, or a second kernel. */
export function specOf([first, rest]: Parameters<Boot>): SpecChanges {
  if (rest === undefined) return typeof first === "string" ? { kernel: first } : (first ?? {});
  if (typeof first !== "string") {
    throw new SpecError("spec", "comes twice: write boot(kernel, spec) or boot(spec)");
  }
  if ("kernel" in rest) {
    throw new SpecError("kernel", `comes twice: "${first}", and in the spec; leave one out`);
  }
  return { ...rest, kernel: first };
}
