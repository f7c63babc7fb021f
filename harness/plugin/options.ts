/** Options of the plugin, and the check of them. */
import { SpecError } from "../evidence/index.ts";
import { checkSpec, type MachineSpec } from "../machine/index.ts";
import { type BuildOption, checkBuild } from "./build-steps.ts";

/** Options of the plugin. All may be left out. */
export interface BringupOptions {
  /**
   * Shell command that builds everything, before the tests and again in watch mode; or a command
   * for each image: `{ "kernels/one.elf": "make one" }`, with `*` for directories. They run in the
   * project's root. A test that boots what a failed build was to make fails with its words.
   */
  readonly build?: BuildOption;
  /** Milliseconds that one command of `build` may take; default 30 minutes. */
  readonly buildTimeoutMs?: number;
  /**
   * Milliseconds between two lines on stderr about what takes long, where stdout is no terminal;
   * default 30,000; `Infinity` for none.
   */
  readonly heartbeatMs?: number;
  /** What every `boot()` starts from. */
  readonly machine?: MachineSpec;
  /** Path of the JUnit file, relative to the project's root. */
  readonly junit?: string;
}

const names = ["build", "buildTimeoutMs", "machine", "junit", "heartbeatMs"];

/**
 * Checks options that may come from JavaScript.
 * @throws `SpecError` naming the option, what it got and what it takes.
 */
export function checkOptions(options: BringupOptions): BringupOptions & { machine: MachineSpec } {
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw new SpecError(name, `is no option of bringup(); the options are ${names.join(", ")}`);
  }
  checkBuild(options.build);
  const { junit }: { junit?: unknown } = options;
  if (junit !== undefined && (typeof junit !== "string" || junit.trim() === "")) {
    throw new SpecError("junit", `got ${JSON.stringify(junit)}, takes a non-empty string`);
  }
  for (const name of ["buildTimeoutMs", "heartbeatMs"] as const) {
    const value: unknown = options[name];
    if (value === undefined || (typeof value === "number" && value > 0)) continue;
    const got = JSON.stringify(value);
    throw new SpecError(name, `got ${got}, takes milliseconds above 0, or Infinity`);
  }
  return { ...options, machine: checkSpec(options.machine ?? {}) };
}
