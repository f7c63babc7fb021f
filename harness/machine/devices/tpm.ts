/** Trusted Platform Modules: chips of QEMU's, whose inside is swtpm. */
import { HostError } from "../../evidence/index.ts";
import { installCommand } from "../../host/index.ts";
import { isOnPath } from "../../process/index.ts";
import { type Device, type DeviceOptions, withProperties } from "./device.ts";
import type { DeviceProgram } from "./device-programs.ts";

/** What the factory of a TPM takes. */
export interface TpmOptions extends DeviceOptions {
  /** Of the TCG's specification; default "2.0". */
  readonly version?: "1.2" | "2.0";
}

/**
 * Trusted Platform Modules. Each starts empty, as one that was just cleared, and what it keeps is
 * thrown away with the machine.
 */
export const tpm = {
  /** With the FIFO interface, on PCs. */
  tis: chip("tpm-tis"),
  /** With the command and response buffer, on PCs; 2.0 only. */
  crb: (options?: DeviceOptions): Device => chip("tpm-crb")(options),
  /** With the FIFO interface, on boards without ISA such as Arm's `virt`. */
  tisDevice: chip("tpm-tis-device"),
  /** On the PowerPC board `pseries`; 2.0 only. */
  spapr: (options?: DeviceOptions): Device => chip("tpm-spapr")(options),
} as const;

function chip(model: string): (options?: TpmOptions) => Device {
  return ({ version = "2.0", ...rest } = {}) => ({
    ...withProperties(model, rest, {}),
    tpm: { version },
  });
}

/** @throws `HostError` without swtpm. */
export function planTpm({ tpm: wanted }: Device, field: string): DeviceProgram | undefined {
  if (wanted === undefined) return undefined;
  if (!isOnPath("swtpm")) {
    throw new HostError(`install swtpm, which is what the TPM of ${field} runs on`, {
      remedy: installCommand(["swtpm"]),
    });
  }
  return { kind: "swtpm", version: wanted.version };
}
