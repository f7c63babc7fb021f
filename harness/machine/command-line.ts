/** A planned machine → QEMU's command line. Pure: same plan, same words. */
import type { Board } from "./board.ts";
import type { ChosenBoard } from "./choose-board.ts";
import { deviceArguments, deviceOverlays } from "./devices/device-arguments.ts";
import { programShellCommand, programSocket, servedDevices } from "./devices/device-programs.ts";
import type { PlannedDevice } from "./devices/plan-devices.ts";
import { sharedMemoryArguments } from "./devices/virtiofs.ts";
import { diskOverlays, mediaArguments, type PlannedMedia } from "./disk-arguments.ts";
import { displayArguments } from "./display-adapter.ts";
import { escapeComma, type PlannedOverlay } from "./drive-arguments.ts";
import type { EfiStarter } from "./efi-return.ts";
import { exitDeviceArguments, semihostingArguments } from "./exit-device.ts";
import type { ExitOutcomes } from "./exit-outcomes.ts";
import { type FlatBinary, flatBinaryArguments } from "./flat-binary.ts";
import { clockArguments } from "./guest-clock.ts";
import type { SortedArguments } from "./qemu-arguments.ts";
import { virtioArguments } from "./virtio-transport.ts";

/** Name of the port that stands for whichever UART prints first, where the spec names none. */
export const consoleName = "console";

/** A port between guest and harness: a serial port, or the console of a debugging device. */
export interface PlannedPort {
  readonly name: string;
  readonly kind: "serial" | "debug-console" | "semihosting" | "device";
  /** Of its text; default UTF-8. */
  readonly encoding?: string;
}

/** A machine with nothing left to decide. Paths are absolute. */
export interface MachinePlan {
  /** The QEMU binary. */
  readonly qemu: string;
  readonly board: ChosenBoard;
  /** "tcg", "kvm" or "hvf". */
  readonly accelerator: string;
  /** Which clock the guest runs by. */
  readonly clock: "host" | "virtual";
  /** What its real-time clock begins with, where that is said. */
  readonly startsAt: string | undefined;
  /** What `-kernel` gets, if it gets something. */
  readonly kernel: string | undefined;
  readonly initrd: string | undefined;
  readonly commandLine: string | undefined;
  /** What `-dtb` gets, if it gets something. */
  readonly deviceTree: string | undefined;
  /** A binary without a header, put into memory as it is. */
  readonly flatBinary: FlatBinary | undefined;
  readonly media: PlannedMedia;
  /** Further devices, after their controllers. */
  readonly devices: readonly PlannedDevice[];
  /** `-bios`, or code and variables as flash memory. */
  readonly firmware:
    | { readonly kind: "default" }
    | { readonly kind: "bios"; readonly file: string }
    | {
        readonly kind: "flash";
        readonly code: string;
        readonly codeFormat: string;
        readonly variables: string | null;
        readonly variablesFormat: string;
        /** Whether it runs in System Management Mode, which alone may then write to its flash. */
        readonly hasSmm?: boolean;
      };
  /** Who starts the EFI application under test, where firmware may start one. */
  readonly efiStarter: EfiStarter | undefined;
  readonly ports: readonly PlannedPort[];
  readonly onReset: "stop" | "continue";
  readonly exitOutcomes: ExitOutcomes | undefined;
  readonly debug: boolean;
  /** Whether this QEMU was built with its seccomp sandbox. */
  readonly sandbox: boolean;
  readonly extra: SortedArguments;
}

/** Places that only a running machine has. */
export interface RunPaths {
  /** Private directory with a FIFO pair for each port. */
  readonly directory: string;
  /** Where QEMU's own log goes. */
  readonly cpuLog: string;
}

const sandbox = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

/** The arguments for a machine that the harness runs; descriptor 3 is QMP. */
export function commandLine(plan: MachinePlan, paths: RunPaths): string[] {
  return [
    ...common(plan, paths.directory, false),
    ...["-d", ["cpu_reset", ...plan.extra.logItems].join(","), "-D", paths.cpuLog],
    ...["-S", "-action", actions(plan)],
    ...(plan.sandbox ? ["-sandbox", sandbox] : []),
    ...["-chardev", "socket,id=qmp,fd=3", "-mon", "chardev=qmp,mode=control"],
    ...plan.ports.flatMap((port, index) => runningPort(port, index, paths.directory)),
    ...(plan.debug ? gdbStub(paths.directory) : []),
    ...plan.extra.extra,
  ];
}

/**
 * The arguments by which a person sees the same machine in a terminal, and what it has on a display
 * in QEMU's window, where one can be opened.
 */
export function reproductionCommandLine(plan: MachinePlan, canOpenWindow: boolean): string[] {
  const { board } = plan;
  return [
    ...common(plan, shownDirectory, canOpenWindow && board.display !== undefined),
    ...(plan.onReset === "stop" ? ["-no-reboot"] : []),
    ...(plan.extra.logItems.length > 0 ? ["-d", plan.extra.logItems.join(",")] : []),
    ...plan.ports.flatMap((port, index) => shownPort(port, index, board.facts.console)),
    ...plan.extra.extra,
  ];
}

/** The directory that a reproduction makes for itself, as a template of mktemp(1). */
export const shownDirectory = "/tmp/bringup.XXXXXX";

/** The overlays that have to be there before QEMU starts, in that directory. */
export function overlays(plan: MachinePlan, directory: string = shownDirectory): PlannedOverlay[] {
  return [...diskOverlays(plan.media, directory), ...deviceOverlays(plan.devices, directory)];
}

/** What starts the programs of the reproduction, for a shell. */
export function programStarts(
  plan: MachinePlan,
  quote: (words: readonly string[]) => string,
): string[] {
  return servedDevices(plan.devices).map((device) =>
    programShellCommand(device, shownDirectory, quote),
  );
}

/** Bytes of the longest name of a socket in a machine's private directory. */
export function longestSocketName(plan: MachinePlan): number {
  const names = servedDevices(plan.devices).map(({ id }) => programSocket(id, ""));
  return Math.max(...[...names, gdbSocket("")].map((name) => name.length - 1));
}

/** Path of the gdb stub's socket inside a machine's private directory. */
export function gdbSocket(directory: string): string {
  return `${directory}/gdb`;
}

/** Path of a port's FIFO pair, without `.in` and `.out`. */
export function fifoPath(directory: string, index: number): string {
  return `${directory}/port${index}`;
}

function common(plan: MachinePlan, directory: string, hasWindow: boolean): string[] {
  const { board } = plan;
  const devices = [
    // QEMU's own option ROM, which starts the kernel, has the first place of a PC's boot order.
    ...mediaArguments(plan.media, board, plan.kernel === undefined ? 0 : 1, directory),
    ...deviceArguments(plan.devices, directory),
  ];
  return [
    ...["-no-user-config", "-nodefaults", ...(hasWindow ? [] : ["-display", "none"])],
    ...sharedMemoryArguments(plan.devices, board.machine, board.memory),
    ...["-accel", plan.accelerator],
    ...clockArguments(plan.clock, plan.startsAt),
    ...(board.cpu === undefined ? [] : ["-cpu", board.cpu]),
    ...(board.cpus === undefined ? [] : ["-smp", `${board.cpus}`]),
    ...memoryArguments(board.memory),
    ...displayArguments(board.display, board.facts),
    ...firmwareArguments(plan.firmware),
    ...(plan.kernel === undefined ? [] : ["-kernel", plan.kernel]),
    ...(plan.initrd === undefined ? [] : ["-initrd", plan.initrd]),
    ...(plan.commandLine === undefined ? [] : ["-append", plan.commandLine]),
    ...(plan.deviceTree === undefined ? [] : ["-dtb", plan.deviceTree]),
    ...flatBinaryArguments(plan.flatBinary),
    ...virtioArguments(devices),
    ...devices,
    ...exitDeviceArguments(board.exit),
  ];
}

function memoryArguments(memory: string | number | undefined): string[] {
  if (memory === undefined) return [];
  // QEMU takes a plain number for MiB; "b" makes it bytes.
  return ["-m", typeof memory === "number" ? `${memory}b` : memory];
}

function firmwareArguments(firmware: MachinePlan["firmware"]): string[] {
  if (firmware.kind === "default") return [];
  if (firmware.kind === "bios") return ["-bios", firmware.file];
  const flash = (unit: number, file: string, format: string, rest: string) => [
    "-drive",
    `if=pflash,unit=${unit},format=${format},file=${escapeComma(file)},${rest}`,
  ];
  // Sleep to RAM keeps older builds with SMM from starting (OVMF, README, "SMM support").
  const smm = ["ICH9-LPC.disable_s3=1", "driver=cfi.pflash01,property=secure,value=on"];
  return [
    ...(firmware.hasSmm === true ? smm.flatMap((value) => ["-global", value]) : []),
    ...flash(0, firmware.code, firmware.codeFormat, "readonly=on"),
    ...(firmware.variables === null
      ? []
      : flash(1, firmware.variables, firmware.variablesFormat, "snapshot=on")),
  ];
}

function actions(plan: MachinePlan): string {
  const reboot = plan.onReset === "stop" ? "shutdown" : "reset";
  return `reboot=${reboot},shutdown=pause,panic=pause`;
}

function runningPort(port: PlannedPort, index: number, directory: string): string[] {
  const chardev = `pipe,id=port${index},path=${escapeComma(fifoPath(directory, index))}`;
  return ["-chardev", chardev, ...portDevice(port, index)];
}

function portDevice(port: PlannedPort, index: number): string[] {
  if (port.kind === "semihosting") return semihostingArguments(`port${index}`);
  // The device itself says which one it is.
  if (port.kind === "device") return [];
  return port.kind === "serial"
    ? ["-serial", `chardev:port${index}`]
    : ["-device", `isa-debugcon,iobase=0xe9,chardev=port${index}`];
}

function shownPort(port: PlannedPort, index: number, console: Board["console"]): string[] {
  // Where any port may turn out to be the console, a person sees all of them.
  const other = console === "first" ? "null" : "file:/dev/stderr";
  if (port.kind === "serial") return ["-serial", index === 0 ? "mon:stdio" : other];
  if (port.kind === "semihosting") return semihostingArguments();
  return ["-chardev", `file,id=port${index},path=/dev/stderr`, ...portDevice(port, index)];
}

function gdbStub(directory: string): string[] {
  const socket = `socket,id=gdb,path=${escapeComma(gdbSocket(directory))},server=on,wait=off`;
  return ["-chardev", socket, "-gdb", "chardev:gdb"];
}
