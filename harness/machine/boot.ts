/** Boots machines: from a spec to a guest that runs, or to an error and nothing left behind. */

import { relative } from "node:path";
import { BringupError, formatEvidence, isGuestsOwn, type TrackCall } from "../evidence/index.ts";
import { type Calibration, hasGraphicalSession } from "../host/index.ts";
import { CleanupStack, prepareSession, sweepSessions, tell } from "../process/index.ts";
import { beginRun, EvidenceStore, evidenceFolder, newRunName, pruneRuns } from "../store/index.ts";
import { withLimit } from "../wait/index.ts";
import { BootProgress } from "./boot-progress.ts";
import { debuggerLines } from "./debugger.ts";
import { checkDeviceTreePlace } from "./device-tree-place.ts";
import { type LaunchedMachine, launchMachine } from "./launch.ts";
import type { Machine } from "./machine.ts";
import type { LimitOfWait } from "./machine-parts.ts";
import { MachineChronicle, type MachineFacts } from "./machine-record.ts";
import { checkMemoryPlace } from "./memory-place.ts";
import type { PortLimits } from "./port-wiring.ts";
import { withDefaults } from "./precedence.ts";
import { type PreparedMachine, prepareMachine } from "./prepare.ts";
import { reproduction, reproductionScript } from "./reproduction.ts";
import type { MachineSpec, SpecChanges } from "./spec.ts";

const defaultBootTimeoutMs = 30_000;
/** Milliseconds that a wait may take where nothing else is said. `docs/limits.md`. */
export const defaultWaitMs = 30_000;
const cleanupMs = 5_000;

/** What a run hands to every machine; scripts need none of it. */
export interface BootOptions {
  /** Name of the evidence, unique within the run. */
  readonly name?: string;
  /** Asked when there is something to tell of the machine: which one it is. */
  readonly title?: () => string | undefined;
  readonly store?: EvidenceStore;
  readonly calibration?: Calibration | undefined;
  /** What specs start from. */
  readonly defaults?: MachineSpec;
  /** Called with the whole spec, before anything of it is looked at; an error ends the boot. */
  readonly check?: (spec: MachineSpec) => Promise<void>;
  readonly limit?: LimitOfWait;
  /** Takes note of each wait that is made on the machine's ports, QMP and screen. */
  readonly track?: TrackCall;
  /** What each port may keep in memory and on disk. */
  readonly portLimits?: PortLimits;
  /** Bytes of each disk's overlay, where that is not the usual limit. */
  readonly overlayLimitBytes?: number;
  /** Milliseconds after which nobody waits for the boot any more, whatever the spec allows. */
  readonly mostBootMs?: number;
}

let ownStore: Promise<EvidenceStore> | undefined;
let count = 0;

/**
 * Boots a machine. Holds afterwards: the guest runs (with `debug`: a debugger has let it run).
 * The caller owns the machine: `await using vm = await bootMachine({ kernel: "kernel.elf" })`.
 * @throws `SpecError`, `HostError` before QEMU starts; `LaunchError` with QEMU's own words if it
 *   does not start, and `SpecError` for what only it can tell; `TimeoutError` after
 *   `bootTimeoutMs`, which begins with the call, with what was waited for by then. Nothing but
 *   evidence is left then.
 */
export async function bootMachine(given: SpecChanges, options: BootOptions = {}): Promise<Machine> {
  const spec = withDefaults(given, options.defaults ?? {}, process.env);
  await options.check?.(spec);
  // What only the first machine of a process waits for is done while its image is examined. Should
  // it fail, then so will the launch, which tells of it.
  const session = prepareSession().catch(() => {});
  count += 1;
  const name = options.name ?? `${process.pid}-${count}`;
  const store = options.store ?? (await evidenceOfScript());
  const directory = store.machineDirectory(name);
  const { debug = false } = spec;
  const wishedMs = spec.bootTimeoutMs ?? defaultBootTimeoutMs;
  const limitMs = debug
    ? Number.POSITIVE_INFINITY
    : Math.min(wishedMs, options.mostBootMs ?? Number.POSITIVE_INFINITY);
  const progress = new BootProgress();
  const cleanup = new CleanupStack();
  let chronicle: MachineChronicle | undefined;
  const boot = async () => {
    const { calibration } = options;
    const enter = (phase: string) => progress.enter(phase);
    const prepared = await prepareMachine(spec, { store, directory, calibration, enter });
    await session;
    progress.enter("QEMU to start");
    const script = scriptOf(prepared, store, directory);
    chronicle = new MachineChronicle(factsOf(prepared, name, directory), script, options.title);
    return await launchAndStart(prepared, chronicle, cleanup, options);
  };
  try {
    const booting = progress.during(boot);
    return await withLimit(booting, limitMs, () => progress.phase, "bootTimeoutMs");
  } catch (error) {
    // What is still under way is ended, or meets a disposed stack, and gives up.
    progress.giveUp();
    await cleanup.dispose(cleanupMs);
    throw chronicle === undefined ? error : withEvidence(error, chronicle);
  }
}

async function launchAndStart(
  prepared: PreparedMachine,
  chronicle: MachineChronicle,
  cleanup: CleanupStack,
  options: BootOptions,
): Promise<Machine> {
  const { debug } = prepared.plan;
  const { overlayLimitBytes, portLimits, track } = options;
  const limit = options.limit ?? ((timeoutMs, _, usualMs) => plainLimit(timeoutMs, usualMs, debug));
  const waits = { limit, track };
  const limits = { overlayLimitBytes, portLimits };
  const launched = await launchMachine(prepared, { chronicle, cleanup, ...waits, ...limits });
  await Promise.race([checkPlaces(prepared, launched.machine.qmp), launched.early]);
  await startGuest(launched, prepared);
  return launched.machine;
}

async function startGuest(launched: LaunchedMachine, prepared: PreparedMachine): Promise<void> {
  const { early, machine, privateDirectory } = launched;
  const { plan, symbols } = prepared;
  if (plan.debug) {
    const { arch } = plan.board;
    const lines = await debuggerLines({ arch, symbols, privateDirectory });
    const timeoutMs = Number.POSITIVE_INFINITY;
    const resumed = machine.qmp.waitForEvent("RESUME", { timeoutMs });
    const advice = `${machine.name} waits at its first instruction; attach, then "continue":`;
    tell([`bringup: ${advice}`, ...lines.map((line) => `  ${line}`)].join("\n"));
    await resumed;
    return;
  }
  try {
    await machine.resume();
  } catch (error) {
    if (machine.qmp.state !== "closed") throw error;
    // A guest may end QEMU before that has answered: it ran, and its end is for whoever asks.
    await machine.exited.catch(() => {});
    // So it has where what it printed has filled the log, and the harness ended QEMU for that.
    const hasRun = machine.serialPorts.some(({ end }) => end > 0);
    const { exit } = machine;
    if (exit !== undefined && (isGuestsOwn(exit) || (exit.kind === "killed" && hasRun))) return;
    // Any other QEMU that ends has more to say about it.
    await early;
    throw error;
  }
}

/** @throws `SpecError` for what QEMU was to load, and has dropped. */
async function checkPlaces(prepared: PreparedMachine, qmp: Machine["qmp"]): Promise<void> {
  await checkMemoryPlace(prepared, qmp);
  await checkDeviceTreePlace(prepared, qmp);
}

/** A machine that did not come to be has evidence too: how to see it again, and its logs. */
function withEvidence(error: unknown, chronicle: MachineChronicle): unknown {
  if (!(error instanceof BringupError) || error.evidence !== undefined) return error;
  chronicle.note("error", error.message.split("\n", 1)[0] as string);
  chronicle.write([]);
  error.evidence = chronicle.evidence("never ran", undefined, []);
  error.message += `\n${formatEvidence(error.evidence)}`;
  return error;
}

function factsOf(prepared: PreparedMachine, name: string, directory: string): MachineFacts {
  const { accelerator, kernel, plan, qemu } = prepared;
  return {
    name,
    arch: plan.board.arch,
    machineType: plan.board.machine,
    qemu: { binary: qemu.path, version: qemu.version.text },
    kernel,
    accelerator,
    reproduce: reproduction(plan, canOpenWindow()),
    directory,
  };
}

function scriptOf({ plan }: PreparedMachine, store: EvidenceStore, directory: string): string {
  const run = store.runDirectory;
  return reproductionScript(plan, canOpenWindow(), { run, toRun: relative(directory, run) });
}

function canOpenWindow(): boolean {
  return hasGraphicalSession(process.env, process.platform);
}

function plainLimit(timeoutMs: number | undefined, usualMs = defaultWaitMs, debug = false) {
  if (debug) return { limitMs: Number.POSITIVE_INFINITY, name: "none" };
  return timeoutMs === undefined
    ? { limitMs: usualMs, name: "the default" }
    : { limitMs: timeoutMs, name: "timeoutMs" };
}

/** The store of a process without a run: it also clears what earlier ones have left. */
async function evidenceOfScript(): Promise<EvidenceStore> {
  ownStore ??= startOwnRun();
  const starting = ownStore;
  try {
    return await starting;
  } catch (error) {
    // What was in the way may be gone by the next boot.
    if (ownStore === starting) ownStore = undefined;
    throw error;
  }
}

async function startOwnRun(): Promise<EvidenceStore> {
  const folder = evidenceFolder(process.cwd());
  const run = newRunName();
  await sweepSessions();
  await pruneRuns(folder);
  await beginRun(folder, run);
  return new EvidenceStore(folder, run);
}
