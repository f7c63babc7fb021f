/** Which word counts: a field of the spec, then the environment, then the plugin's defaults. */
import { requestedAccelerator } from "../host/index.ts";
import { type Environment, environmentValue } from "../process/index.ts";
import type { MachineSpec, SpecChanges } from "./spec.ts";
import { checkChanges, checkSpec } from "./spec-check.ts";

/**
 * Joins a spec with the defaults, of which it replaces some and takes away others (`null`), so
 * that nothing is left for the environment to decide but which QEMU is found.
 * @throws `SpecError` naming the field at fault.
 */
export function withDefaults(
  given: SpecChanges,
  defaults: MachineSpec,
  environment: Environment,
): MachineSpec {
  const changes = Object.entries(checkChanges(given));
  const spec: MachineSpec = Object.fromEntries(changes.filter(([, value]) => value !== null));
  const unchanged = Object.entries(checkSpec(defaults)).filter(
    ([name]) => !changes.some(([changed]) => changed === name),
  );
  const { accelerator, debug, qemu, ...others }: MachineSpec = Object.fromEntries(unchanged);
  const isQemuNamed =
    spec.qemu !== undefined || environmentValue("BRINGUP_QEMU", environment) !== undefined;
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
  return ![undefined, "0", "false"].includes(environmentValue("BRINGUP_DEBUG", environment));
}
