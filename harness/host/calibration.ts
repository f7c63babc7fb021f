/** Which accelerator is the faster one here, measured and not guessed from `/dev/kvm`. */

import { HostError } from "../evidence/index.ts";
import type { Environment } from "../process/index.ts";
import { createPrivateDirectory } from "../process/index.ts";
import { monotonicMs } from "../wait/index.ts";
import { type CacheEntry, isRecord } from "./cache.ts";
import { describeHost, type HostDescription } from "./host-description.ts";
import { loopKernelFor } from "./loop-kernel.ts";
import { type FindOptions, findQemu } from "./qemu.ts";
import type { QemuBinary } from "./qemu-facts.ts";
import { remember } from "./remember.ts";
import { type AcceleratorSample, takeSample } from "./sample.ts";

/** Milliseconds that a calibration may take in all. */
const calibrationLimitMs = 300;

/** Part of that kept for ending QEMU and removing the directory. */
const endingMs = 30;

/** What was measured on this computer. Plain JSON: made once, handed to every worker. */
export interface Calibration {
  /** The QEMU that ran, and what it is. */
  readonly qemu: string;
  readonly qemuVersion: string;
  readonly host: HostDescription;
  /** Empty where there is nothing to compare: TCG is the only one. */
  readonly samples: readonly AcceleratorSample[];
  /** Why it must not be believed ("under load (…)"), or `null` if it may. */
  readonly doubt: string | null;
}

/** What to calibrate. */
export interface CalibrationRequest {
  /** A QEMU for this computer's own architecture; for any other there is nothing to measure. */
  readonly qemu: QemuBinary;
  readonly host?: HostDescription;
  readonly environment?: Environment;
  /** Milliseconds in all; 300 by default. */
  readonly limitMs?: number;
}

/** The accelerator that this kind of host may have besides TCG. */
export function hardwareAccelerator(host: HostDescription): "kvm" | "hvf" | undefined {
  if (host.platform === "linux") return "kvm";
  return host.platform === "darwin" ? "hvf" : undefined;
}

/** Whether guests of `arch` can run on this host's CPU at all. */
export function runsOnHost(arch: string, host: HostDescription): boolean {
  if (arch === host.arch) return true;
  return (host.arch === "x86_64" && arch === "i386") || (host.arch === "aarch64" && arch === "arm");
}

/**
 * Compares TCG with this host's own accelerator on a loop kernel, within `limitMs`. Kept by host
 * kernel, CPU model and QEMU binary; a sample taken under load, or one in which the accelerator
 * refused, is never kept, so that the next run measures again. Call it once per run, before
 * anything else is busy.
 * @throws `HostError` if the temporary directory cannot be written. Nothing is left running.
 */
export async function calibrate(request: CalibrationRequest): Promise<Calibration> {
  const { qemu } = request;
  const environment = request.environment ?? process.env;
  const host = request.host ?? (await describeHost());
  const accelerator = hardwareAccelerator(host);
  const isPossible =
    accelerator !== undefined &&
    runsOnHost(qemu.arch, host) &&
    qemu.accelerators.includes(accelerator) &&
    qemu.accelerators.includes("tcg") &&
    (accelerator === "kvm" ? host.devKvm === "usable" : host.hardwareVirtualisation);
  const result = (samples: readonly AcceleratorSample[], doubt: string | null): Calibration => ({
    qemu: qemu.path,
    qemuVersion: qemu.version.text,
    host,
    samples,
    doubt,
  });
  if (!isPossible) return result([], null);
  const kernel = loopKernelFor(qemu);
  if (kernel === undefined) return result([], `without a loop kernel for ${qemu.arch}`);
  const entry: CacheEntry<Calibration> = {
    kind: "calibration",
    subject: `${qemu.path} ${host.cpuModel}`,
    key: [host.kernelRelease, host.cpuModel, accelerator, qemu.identity].join("\n"),
    isValue: isCalibration,
  };
  const measure = async () => {
    const samples = await takeSamples(qemu, kernel, accelerator, request.limitMs);
    return result(samples, doubtOf(samples));
  };
  const isKept = ({ doubt, samples }: Calibration) =>
    doubt === null && samples.every(({ refusal }) => refusal === null);
  const found = await remember(entry, environment, measure, isKept);
  // What was kept describes the host as it was; permissions may have changed since.
  return { ...found, host };
}

/**
 * Calibrates with the QEMU for this computer's own architecture: what the main process does once
 * per run, whatever the tests will boot.
 * @returns `undefined` where that QEMU is missing or broken, which is for the machine to say that
 *   needs it.
 */
export async function calibrateHost(options: FindOptions = {}): Promise<Calibration | undefined> {
  const host = await describeHost();
  try {
    const qemu = await findQemu(host.arch, options);
    return await calibrate({ qemu, host, environment: options.environment ?? process.env });
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}

/** Why the samples must not be believed. A refusal by the accelerator alone is no doubt. */
export function doubtOf(samples: readonly AcceleratorSample[]): string | null {
  const tcg = samples.find(({ accelerator }) => accelerator === "tcg");
  if (tcg === undefined) return "without a sample of TCG";
  if (tcg.refusal !== null) return `with a loop kernel that does not run (${tcg.refusal})`;
  return samples.find(({ doubt }) => doubt !== null)?.doubt ?? null;
}

async function takeSamples(
  qemu: QemuBinary,
  kernel: NonNullable<ReturnType<typeof loopKernelFor>>,
  accelerator: string,
  limitMs = calibrationLimitMs,
): Promise<AcceleratorSample[]> {
  const deadlineMs = monotonicMs() + limitMs - endingMs;
  const directory = await createPrivateDirectory("calibration");
  try {
    const samples: AcceleratorSample[] = [];
    const candidates = ["tcg", accelerator];
    // One after the other: together they would be each other's load.
    for (const [index, candidate] of candidates.entries()) {
      const leftMs = Math.max(0, deadlineMs - monotonicMs());
      const shareMs = Math.floor(leftMs / (candidates.length - index));
      const sample = await takeSample(qemu.path, kernel, candidate, directory.path, shareMs);
      samples.push(sample);
      // Half a comparison decides nothing, so the time for the other half is saved.
      if (sample.doubt !== null || sample.refusal !== null) break;
    }
    return samples;
  } finally {
    await directory.remove();
  }
}

function isCalibration(value: unknown): value is Calibration {
  return isRecord(value) && isRecord(value.host) && Array.isArray(value.samples);
}
