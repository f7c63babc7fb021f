/**
 * Chooses the accelerator, and says why in words. A request is met or refused, never replaced;
 * only "auto" chooses. What is chosen decides nothing else: machine type and CPU model follow
 * from image and spec alone.
 */
import { type AcceleratorChoice, HostError, SpecError } from "../evidence/index.ts";
import { type Environment, environmentValue } from "../process/index.ts";
import { type Calibration, calibrate, hardwareAccelerator } from "./calibration.ts";
import { describeHost, type HostDescription } from "./host-description.ts";
import { acceleratorName, probeAccelerator, type Refusal, refusalOf } from "./kvm.ts";
import type { QemuBinary } from "./qemu-facts.ts";
import type { AcceleratorSample } from "./sample.ts";

const requests = ["auto", "kvm", "tcg", "hvf"] as const;

/** What a spec or `BRINGUP_ACCELERATOR` may ask for. */
export type AcceleratorRequest = (typeof requests)[number];

/** What to choose for. */
export interface AcceleratorQuestion {
  readonly requested: AcceleratorRequest;
  /** The guest's architecture. */
  readonly arch: string;
  readonly qemu: QemuBinary;
  /** Made once per run by the main process; measured here if it is missing and needed. */
  readonly calibration?: Calibration;
  readonly environment?: Environment;
  /** In place of this computer; for tests of hosts that are elsewhere. */
  readonly host?: HostDescription;
}

/**
 * "auto" takes hardware only where it is at least this much faster. When they are close TCG wins:
 * it behaves the same on every computer, tells a triple fault from a reset and keeps the registers,
 * and no verdict should hang on a difference that nobody notices.
 */
const worthwhileRatio = 2;
/** KVM this much slower than TCG can only be emulating. */
const emulationRatio = 1 / 4;

/**
 * Reads the request from the spec's field, else from `BRINGUP_ACCELERATOR`, else from `fallback`
 * (the plugin's default), else "auto".
 * @throws `SpecError` for a word that is none of auto, kvm, tcg and hvf.
 */
export function requestedAccelerator(
  field: string | undefined,
  environment: Environment = process.env,
  fallback: string | undefined = undefined,
): AcceleratorRequest {
  const given = [
    { from: "accelerator", word: field },
    { from: "BRINGUP_ACCELERATOR", word: environmentValue("BRINGUP_ACCELERATOR", environment) },
    { from: "accelerator", word: fallback },
  ].find(({ word }) => word !== undefined);
  if (given?.word === undefined) return "auto";
  const request = requests.find((one) => one === given.word);
  if (request !== undefined) return request;
  throw new SpecError(given.from, `takes ${requests.join(", ")}, but got "${given.word}"`);
}

/**
 * The accelerator to use for a guest of `arch`.
 * @throws `HostError` if what was requested cannot be used here, with the command that mends it:
 *   no device, no permission, refused by the kernel, not compiled in, or another architecture.
 *   Never falls back from a request.
 */
export async function chooseAccelerator(question: AcceleratorQuestion): Promise<AcceleratorChoice> {
  const { arch, qemu, requested } = question;
  const environment = question.environment ?? process.env;
  const host = question.host ?? question.calibration?.host ?? (await describeHost());
  if (requested === "tcg") return chooseTcg(qemu);
  if (requested !== "auto") {
    const refusal =
      refusalOf(requested, arch, qemu, host) ?? (await refusalByProbe(requested, question));
    if (refusal !== undefined) throw refuseRequest(requested, refusal);
    return { requested, used: requested, why: `${acceleratorName(requested)}, as requested` };
  }
  const candidate = hardwareAccelerator(host);
  const refusal = candidate && refusalOf(candidate, arch, qemu, host);
  if (candidate === undefined || refusal !== undefined) {
    const why = refusal?.why ?? `this host (${host.platform}) has no accelerator but TCG`;
    return chooseAfterRefusal(qemu, why, refusal?.remedy);
  }
  const calibration = question.calibration ?? (await calibrate({ qemu, host, environment }));
  return decideByCalibration(candidate, qemu, calibration);
}

/** The pure half of "auto", for a guest that the hardware could run. */
export function decideByCalibration(
  candidate: "kvm" | "hvf",
  qemu: Pick<QemuBinary, "path" | "accelerators">,
  calibration: Pick<Calibration, "samples" | "doubt" | "host">,
): AcceleratorChoice {
  const name = acceleratorName(candidate);
  const auto = (used: string, why: string) => ({ requested: "auto", used, why });
  if (!qemu.accelerators.includes("tcg")) return auto(candidate, `${qemu.path} has no TCG`);
  const { doubt, host, samples } = calibration;
  const hardware = samples.find(({ accelerator }) => accelerator === candidate);
  const tcg = samples.find(({ accelerator }) => accelerator === "tcg");
  if (doubt === null && hardware && hardware.refusal !== null) {
    return auto("tcg", `${name} refuses to make a machine: ${hardware.refusal}`);
  }
  const rates = doubt === null && hardware && tcg ? ratesOf(hardware, tcg) : undefined;
  if (rates === undefined) {
    const shows = host.hardwareVirtualisation;
    const cpu = `the CPU shows ${shows ? "" : "no "}hardware virtualisation`;
    const what =
      doubt === null ? "there is no calibration" : `calibration ${doubt} was not trusted`;
    return auto(shows ? candidate : "tcg", `${what}, and ${cpu}`);
  }
  const hardwareRate = millions(rates.hardware);
  const figures = `${hardwareRate} M against ${millions(rates.tcg)} M instructions/s under TCG`;
  const ratio = rates.hardware / rates.tcg;
  if (ratio >= worthwhileRatio) return auto(candidate, `${name} is the faster one: ${figures}`);
  if (ratio >= emulationRatio) {
    return auto("tcg", `${name} is not clearly faster here: ${figures}`);
  }
  return auto("tcg", `${name} here emulates kernel code in software: ${figures}`);
}

function ratesOf(hardware: AcceleratorSample, tcg: AcceleratorSample) {
  if (hardware.instructionsPerSecond === null || tcg.instructionsPerSecond === null) {
    return undefined;
  }
  return { hardware: hardware.instructionsPerSecond, tcg: tcg.instructionsPerSecond };
}

function chooseTcg(qemu: QemuBinary): AcceleratorChoice {
  if (qemu.accelerators.includes("tcg")) {
    return { requested: "tcg", used: "tcg", why: "TCG, as requested" };
  }
  throw refuseRequest("tcg", { why: `${qemu.path} is built without TCG` });
}

function chooseAfterRefusal(
  qemu: QemuBinary,
  why: string,
  remedy: string | undefined,
): AcceleratorChoice {
  if (qemu.accelerators.includes("tcg")) return { requested: "auto", used: "tcg", why };
  throw new HostError(
    "install a QEMU with TCG, or mend its accelerator: " +
      `${qemu.path} is built without TCG, and ${why}`,
    { remedy },
  );
}

async function refusalByProbe(
  accelerator: "kvm" | "hvf",
  { calibration, qemu }: AcceleratorQuestion,
): Promise<Refusal | undefined> {
  const sample = calibration?.samples.find((one) => one.accelerator === accelerator);
  // It ran in this run's calibration: nothing is left to ask.
  if (sample !== undefined && sample.instructionsPerSecond !== null) return undefined;
  const words = await probeAccelerator(accelerator, qemu);
  if (words === undefined) return undefined;
  const name = acceleratorName(accelerator);
  return { why: `${name} is there, but refuses to make a machine: ${words}` };
}

function refuseRequest(requested: string, { why, remedy }: Refusal): HostError {
  const name = acceleratorName(requested);
  return new HostError(
    `mend ${name} or ask for another accelerator: "${requested}" was requested, but ${why}`,
    { remedy },
  );
}

/** "1.3", "520", "6200": two digits where they matter. */
function millions(perSecond: number): string {
  const value = perSecond / 1e6;
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
