/** Firmware that a spec names by its path: what else it needs, where that is known. */
import { SpecError } from "../evidence/index.ts";
import { describeFirmwareFile, type FirmwareFileFacts } from "../host/index.ts";
import { unversioned } from "./board.ts";
import type { MachineSpec } from "./spec.ts";

const words: readonly unknown[] = ["bios", "uefi", "none"];
/** As for UEFI firmware that is found by itself. */
const uefiMemory = "256M";

/**
 * The spec with what QEMU's descriptors, or the file's neighbours, say of its firmware: variables
 * for code that has them in another file, the architecture, and for builds with Secure Boot a board
 * with System Management Mode.
 * @throws `SpecError` for a board of the spec that has none.
 */
export function completeFirmware(
  spec: MachineSpec,
  describe: (path: string) => FirmwareFileFacts | undefined = describeFirmwareFile,
): MachineSpec {
  const { firmware } = spec;
  if (firmware === undefined || words.includes(firmware)) return spec;
  const given = typeof firmware === "string" ? { code: firmware } : firmware;
  const facts = describe(given.code);
  if (facts === undefined) return spec;
  const variables = given.variables ?? facts.variables;
  return {
    ...spec,
    ...(spec.arch === undefined && facts.arch !== undefined ? { arch: facts.arch } : {}),
    ...(facts.requiresSmm ? { machine: machineWithSmm(spec, given.code) } : {}),
    memory: spec.memory ?? uefiMemory,
    firmware: variables === undefined ? given : { code: given.code, variables },
  };
}

function machineWithSmm({ machine }: MachineSpec, code: string): string {
  if (machine === undefined) return "q35,smm=on";
  const [name = "", ...options] = machine.split(",");
  if (unversioned(name) !== "q35") {
    throw new SpecError(
      "machine",
      `got "${machine}", but the firmware ${code} is a build with Secure Boot, which needs System ` +
        'Management Mode: take "q35", or leave machine out',
    );
  }
  if (options.includes("smm=off")) {
    throw new SpecError("machine", `got "${machine}", but the firmware ${code} needs smm=on`);
  }
  return options.some((option) => option.startsWith("smm=")) ? machine : `${machine},smm=on`;
}
