/** Options of the plugin, and the check of them. */
import { SpecError } from "../evidence/index.ts";
import { checkSpec, type MachineSpec } from "../machine/index.ts";

/** Options of the plugin. All may be left out. */
export interface BringupOptions {
  /** Shell command that builds the kernel: before the tests, and again in watch mode. */
  readonly build?: string;
  /** What every `boot()` starts from. */
  readonly machine?: MachineSpec;
  /** Path of the JUnit file, relative to vitest's root. */
  readonly junit?: string;
}

const names = ["build", "machine", "junit"];

/**
 * Checks options that may come from JavaScript.
 * @throws `SpecError` naming the option, what it got and what it takes.
 */
export function checkOptions(options: BringupOptions): BringupOptions & { machine: MachineSpec } {
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw new SpecError(name, `is no option of bringup(); the options are ${names.join(", ")}`);
  }
  for (const name of ["build", "junit"] as const) {
    const value: unknown = options[name];
    if (value === undefined || (typeof value === "string" && value.trim() !== "")) continue;
    throw new SpecError(name, `got ${JSON.stringify(value)}, takes a non-empty string`);
  }
  return { ...options, machine: checkSpec(options.machine ?? {}) };
}
