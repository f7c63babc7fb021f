/** Starts QEMU for a plan, up to a guest that has not executed anything yet. */

import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LaunchError, type TrackCall } from "../evidence/index.ts";
import {
  type CleanupStack,
  createPrivateDirectory,
  type FifoPair,
  firstToPrint,
  makeFifos,
  type OwnedChild,
  openFifoPair,
  openPlainPath,
  type PlainPath,
  startOwned,
} from "../process/index.ts";
import { QmpClient } from "../qmp/index.ts";
import { withLimit } from "../wait/index.ts";
import { commandLine, consoleName, fifoPath, longestSocketName, overlays } from "./command-line.ts";
import { startPrograms } from "./devices/start-programs.ts";
import { GuestClock, limitByGuestClock } from "./guest-clock.ts";
import { launchAdvice, type StartedQemu } from "./launch-advice.ts";
import { Machine } from "./machine.ts";
import type { LimitOfWait } from "./machine-parts.ts";
import type { MachineChronicle } from "./machine-record.ts";
import { makeOverlay } from "./overlays.ts";
import type { PortLimits } from "./port-wiring.ts";
import type { PreparedMachine } from "./prepare.ts";
import { errorLines } from "./qemu-words.ts";
import { QmpLogFile } from "./qmp-log.ts";

/** Milliseconds in which a program that breaks the protocol may end by itself, and say why. */
const lastWordsMs = 1_000;
/** Lines of QEMU's words behind the first one that an error shows. */
const mostFurtherLines = 6;

/** What a launch is given. */
export interface LaunchOptions {
  readonly chronicle: MachineChronicle;
  readonly limit: LimitOfWait;
  readonly track: TrackCall | undefined;
  readonly portLimits: PortLimits | undefined;
  readonly overlayLimitBytes: number | undefined;
  /** Takes everything that is acquired; whoever owns it disposes it if the launch fails. */
  readonly cleanup: CleanupStack;
}

/** A machine whose guest has not executed anything yet. */
export interface LaunchedMachine {
  readonly machine: Machine;
  /** Directory with what only a running machine has. */
  readonly privateDirectory: string;
  /** Never resolves; rejects with a `LaunchError` once QEMU has ended. */
  readonly early: Promise<never>;
}

/** @throws `LaunchError` with QEMU's own words if it ends before it speaks QMP, or never does. */
export async function launchMachine(
  prepared: PreparedMachine,
  options: LaunchOptions,
): Promise<LaunchedMachine> {
  const { plan, qemu } = prepared;
  const { chronicle, cleanup, limit, overlayLimitBytes, portLimits, track } = options;
  const { directory } = chronicle.facts;
  const place = await createPlace(plan, cleanup);
  const privateDirectory = place.path;
  const paths = plan.ports.map((_, index) => fifoPath(privateDirectory, index));
  const fifos = orderPorts(await openFifos(paths, cleanup), plan, chronicle);
  for (const overlay of overlays(plan, privateDirectory)) await makeOverlay(overlay);
  const programs = await startPrograms(plan.devices, { privateDirectory, chronicle, cleanup });
  const logs = { cpu: join(directory, "cpu.log"), stderr: join(directory, "stderr.log") };
  // What a guest writes to ":tt" by semihosting goes to QEMU's standard output.
  const semihosting = plan.ports.findIndex(({ kind }) => kind === "semihosting");
  const outputFifo = semihosting === -1 ? undefined : `${paths[semihosting]}.out`;
  const child = startQemu(plan, privateDirectory, logs, outputFifo);
  cleanup.defer("QEMU", async () => {
    child.kill();
    await child.ended;
  });
  const early = failEarly(child, logs.stderr, { qemu, machineType: plan.board.machineType });
  const qmp = await connect(child, plan.qemu, directory, early);
  programs.watch(qmp);
  const machine = new Machine({
    plan,
    chronicle,
    child,
    qmp,
    fifos,
    imageKind: prepared.image?.kind,
    symbols: prepared.symbols,
    builtAtMs: prepared.builtAtMs,
    failOn: prepared.failOn,
    logs,
    qemu,
    privateDirectory,
    qemuMajor: qemu.version.major,
    limit: plan.clock === "virtual" ? limitByGuestClock(limit, new GuestClock(qmp)) : limit,
    track,
    portLimits,
    overlayLimitBytes,
    remove: async () => {
      try {
        await programs.end();
      } finally {
        await place.remove();
      }
    },
  });
  cleanup.defer("the machine", () => machine[Symbol.asyncDispose]());
  return { machine, privateDirectory, early };
}

/** The private directory, by a path that the programs of the machine take. */
async function createPlace(
  plan: PreparedMachine["plan"],
  cleanup: CleanupStack,
): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const { path, remove } = await createPrivateDirectory("machine");
  let plain: PlainPath | undefined;
  const removeBoth = async () => {
    plain?.close();
    await remove();
  };
  cleanup.defer("the private directory", removeBoth);
  plain = openPlainPath(path, longestSocketName(plan));
  return { path: plain.path, remove: removeBoth };
}

function startQemu(
  plan: PreparedMachine["plan"],
  directory: string,
  logs: { readonly cpu: string; readonly stderr: string },
  outputFifo: string | undefined,
): OwnedChild {
  // QEMU takes the path of its log for a template, in which no "%" can be said (util/log.c).
  const inherit = logs.cpu.includes("%") ? [openSync(logs.cpu, "w", 0o600)] : [];
  try {
    const cpuLog = inherit.length === 0 ? logs.cpu : "/dev/fd/4";
    return startOwned(plan.qemu, commandLine(plan, { directory, cpuLog }), {
      logFile: logs.stderr,
      outputFifo,
      sockets: 1,
      inherit,
      environment: { ...process.env, TMPDIR: directory },
    });
  } finally {
    for (const descriptor of inherit) closeSync(descriptor);
  }
}

async function openFifos(paths: readonly string[], cleanup: CleanupStack): Promise<FifoPair[]> {
  await makeFifos(paths);
  return paths.map((path) => {
    const fifo = openFifoPair(path);
    cleanup.defer("a FIFO", () => fifo.close());
    return fifo;
  });
}

/** On some boards it is the guest that decides which of its UARTs is the console. */
function orderPorts(
  fifos: readonly FifoPair[],
  { board, ports }: PreparedMachine["plan"],
  chronicle: MachineChronicle,
): readonly FifoPair[] {
  if (ports[0]?.name !== consoleName || board.facts.console === "first") return fifos;
  return firstToPrint(fifos, (index) => {
    chronicle.note(consoleName, `is UART ${index} of the board, which has printed first`);
  });
}

function failEarly(child: OwnedChild, stderrLog: string, started: StartedQemu): Promise<never> {
  const early = child.ended.then(async (end) => {
    const lines = errorLines(readFileSync(stderrLog, "utf8"));
    const [words, ...more] = lines;
    const how = end.spawnError?.message ?? `it ended with ${end.signal ?? `code ${end.exitCode}`}`;
    const advice = await launchAdvice(lines, started);
    const rest = more.slice(0, mostFurtherLines).map((line) => `\n  ${line}`);
    throw new LaunchError(`QEMU did not start: ${words ?? how}${advice}${rest.join("")}`, {
      cause: end.spawnError,
    });
  });
  early.catch(() => {});
  return early;
}

async function connect(
  child: OwnedChild,
  program: string,
  directory: string,
  early: Promise<never>,
): Promise<QmpClient> {
  const [descriptor] = child.descriptors;
  if (descriptor === undefined || child.pid === undefined) return await early;
  const log = new QmpLogFile(join(directory, "qmp.log"));
  const client = new QmpClient(descriptor, {
    // The boot as a whole has a limit, which names itself better.
    connectTimeoutMs: Number.POSITIVE_INFINITY,
    program,
    log: (direction, line) => log.add(direction, line),
  });
  void client.closed.then(() => log.close());
  const ready = client.ready.catch(async (error: Error) => {
    await withLimit(early, lastWordsMs, "QEMU's last words").catch((words) => {
      if (words instanceof LaunchError) throw words;
    });
    const [why] = error.message.split("\n", 1);
    throw new LaunchError(`QEMU did not start: what runs does not speak QMP: ${why}`, {
      cause: error,
    });
  });
  await Promise.race([ready, early]);
  return client;
}
