/** Spec → plan: asks the host what the spec leaves open, and keeps the image. Starts nothing. */
import { stat } from "node:fs/promises";
import { type AcceleratorChoice, type MachineRecord, SpecError } from "../evidence/index.ts";
import {
  type Calibration,
  chooseAccelerator,
  findQemu,
  hasOption,
  type QemuBinary,
} from "../host/index.ts";
import type { EvidenceStore } from "../store/index.ts";
import { checkBootMedia } from "./boot-check.ts";
import { chooseByDirectory } from "./boot-media/directory-choice.ts";
import { existing } from "./boot-media/existing.ts";
import { type ChosenBoard, chooseBoard } from "./choose-board.ts";
import type { MachinePlan } from "./command-line.ts";
import { planDeviceTree } from "./device-tree.ts";
import { planSpecDevices } from "./devices/plan-devices.ts";
import { planRtc } from "./devices/rtc.ts";
import { efiStarterOf } from "./efi-watch.ts";
import { examineImage } from "./examine-image.ts";
import { checkSemihosting, exitDeviceOf, exitPortOf, needsTcg } from "./exit-device.ts";
import { checkOutcomes } from "./exit-outcomes.ts";
import { checkHostMemory } from "./host-memory.ts";
import { checkImage } from "./image-check.ts";
import { type DetectedImage, describeImage } from "./image-types.ts";
import { nameAsQemuDoes } from "./machine-type.ts";
import { type ImageUnderTest, planLoading } from "./media.ts";
import { completeFirmware } from "./own-firmware.ts";
import { planFirmware } from "./plan-firmware.ts";
import { planPorts } from "./plan-ports.ts";
import { sortArguments } from "./qemu-arguments.ts";
import type { MachineSpec } from "./spec.ts";

/** A machine that could be started now. */
export interface PreparedMachine {
  readonly plan: MachinePlan;
  readonly qemu: QemuBinary;
  readonly accelerator: AcceleratorChoice;
  readonly kernel: MachineRecord["kernel"];
  /** What the kernel was found to be. */
  readonly image: DetectedImage | undefined;
  /** ELF with the guest's symbols. */
  readonly symbols: string | undefined;
  readonly builtAtMs: number | undefined;
  readonly failOn: MachineSpec["failOn"];
}

/** What the run knows already. */
export interface Surroundings {
  readonly store: EvidenceStore;
  /** Directory for images that are made for this machine; evidence, so that they can be seen. */
  readonly directory: string;
  readonly calibration: Calibration | undefined;
  /** Told what is begun: "the media to be made". @throws where nobody waits for it any more. */
  readonly enter?: (phase: string) => void;
}

/**
 * @throws `SpecError` for what cannot be right, `HostError` for what this computer lacks; both
 *   before QEMU starts.
 */
export async function prepareMachine(
  given: MachineSpec,
  surroundings: Surroundings,
): Promise<PreparedMachine> {
  const { directory, enter = () => {} } = surroundings;
  const { spec, surveyed } = await chooseByDirectory(completeFirmware(given));
  const startsAt = planRtc(spec.devices);
  const extra = sortArguments(spec.qemuArguments ?? [], {
    clock: spec.clock,
    exitPort: exitPortOf(spec.exitDevice),
    hasRtc: startsAt !== undefined,
  });
  checkClock(spec);
  const image = await lookAtKernel(spec);
  const chosen = chooseBoard(spec, image);
  checkHostMemory(chosen.memory);
  checkSemihosting(chosen.exit, spec.accelerator, extra);
  checkOutcomes(spec.exitOutcomes, exitDeviceOf(chosen.exit, extra));
  enter("the image to be copied");
  const kept = image === undefined ? undefined : await surroundings.store.keep(image.path);
  enter("QEMU to say what it can do, and how fast it is");
  const options = spec.qemu === undefined ? {} : { binary: spec.qemu };
  const qemu = await findQemu(chosen.arch, options);
  const board = nameAsQemuDoes(chosen, qemu);
  const accelerator = await chooseAcceleratorFor(spec, board, qemu, surroundings);
  const tested = image === undefined || kept === undefined ? undefined : { image, kept };
  enter("disks, boot media and devices to be made");
  const loading = await planLoading(spec, { tested, surveyed, board, directory });
  await checkBootMedia(spec, board);
  const ports = planPorts(spec, board, qemu);
  const symbols = spec.symbols ?? (image?.kind === "elf" ? kept?.path : undefined);
  const plan: MachinePlan = {
    qemu: qemu.path,
    board,
    accelerator: accelerator.used,
    clock: spec.clock ?? "host",
    startsAt,
    deviceTree: await planDeviceTree(spec),
    ...loading,
    devices: await planSpecDevices(spec, loading.media, board, qemu, ports, directory),
    firmware: await planFirmware(board, qemu, directory),
    efiStarter: efiStarterOf(spec, board, image),
    ports,
    onReset: spec.onReset ?? "stop",
    exitOutcomes: spec.exitOutcomes,
    debug: spec.debug ?? false,
    sandbox: hasOption(qemu, "sandbox"),
    extra,
  };
  return {
    plan,
    qemu,
    accelerator,
    kernel: tested === undefined ? null : recordOf(tested),
    image,
    symbols: symbols === undefined ? undefined : await existing("symbols", symbols),
    failOn: spec.failOn,
    builtAtMs: kept === undefined ? undefined : (await stat(kept.path)).mtimeMs,
  };
}

function recordOf({ image, kept }: ImageUnderTest): MachineRecord["kernel"] {
  return { path: image.path, sha256: kept.sha256, image: describeImage(image) };
}

async function lookAtKernel(spec: MachineSpec): Promise<DetectedImage | undefined> {
  if (spec.kernel === undefined) {
    if (spec.loadAddress === undefined) return undefined;
    throw new SpecError(
      "loadAddress",
      "is for a kernel, but there is none; give one, or leave it out",
    );
  }
  const image = await examineImage(spec.kernel);
  checkImage(image, spec);
  return image;
}

/** @throws `SpecError` where the accelerator asked for has no clock but the host's. */
function checkClock({ accelerator = "auto", clock }: MachineSpec): void {
  if (clock !== "virtual" || accelerator === "auto" || accelerator === "tcg") return;
  throw new SpecError(
    "clock",
    `got "virtual", which only TCG has, but "${accelerator}" is asked for (the field accelerator, ` +
      'BRINGUP_ACCELERATOR or the plugin\'s machine); take accelerator "tcg", or clock "host"',
  );
}

async function chooseAcceleratorFor(
  spec: MachineSpec,
  board: ChosenBoard,
  qemu: QemuBinary,
  surroundings: Surroundings,
): Promise<AcceleratorChoice> {
  const { calibration } = surroundings;
  const requested = spec.accelerator ?? "auto";
  const question = { requested, arch: board.arch, qemu };
  if (spec.clock === "virtual" || needsTcg(board.exit)) {
    const what = spec.clock === "virtual" ? "a virtual clock" : "semihosting";
    const choice = await chooseAccelerator({ ...question, requested: "tcg" });
    return requested === "tcg" ? choice : { ...choice, requested, why: `only TCG has ${what}` };
  }
  return await chooseAccelerator(
    calibration === undefined ? question : { ...question, calibration },
  );
}
