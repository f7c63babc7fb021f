/** Which word counts: a field of the spec, then the environment, then the plugin's defaults. */
import { type Environment, requestedAccelerator } from "../host/index.ts";
import { checkSpec, type MachineSpec } from "./spec.ts";

/**
 * Joins a spec with the defaults, so that nothing is left for the environment to decide but which
 * QEMU is found. @throws `SpecError` naming the field at fault.
 */
export function withDefaults(
  given: MachineSpec,
  defaults: MachineSpec,
  environment: Environment,
): MachineSpec {
  const spec = checkSpec(given);
  const { accelerator, debug, qemu, ...others } = checkSpec(defaults);
  const isQemuNamed = spec.qemu !== undefined || (environment.BRINGUP_QEMU ?? "") !== "";
  return {
    ...others,
    ...(qemu === undefined || isQemuNamed ? {} : { qemu }),
    debug: isDebugging(environment) || (debug ?? false),
    ...spec,
    accelerator: requestedAccelerator(spec.accelerator, environment, accelerator),
  };
}

/** `BRINGUP_DEBUG=1`: every machine waits for a debugger, and nothing times out. */
export function isDebugging(environment: Environment = process.env): boolean {
  return !["", "0", "false", undefined].includes(environment.BRINGUP_DEBUG);
}
