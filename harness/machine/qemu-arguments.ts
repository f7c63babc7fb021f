/** The escape hatch: a user's own QEMU arguments, and what in them collides with ours. Pure. */
import { SpecError } from "../evidence/index.ts";

/** Options that the harness sets, and what to use instead. */
const owned: Readonly<Record<string, string>> = {
  S: "the harness starts the guest itself; debug: true keeps it paused",
  s: "debug: true starts a gdb stub",
  gdb: "debug: true starts a gdb stub",
  qmp: "vm.qmp is the QMP connection",
  "qmp-pretty": "vm.qmp is the QMP connection",
  mon: "vm.qmp is the QMP connection",
  monitor: "vm.qmp is the QMP connection",
  serial: "serialPorts names the serial ports",
  nographic: "the machine has no display, and serialPorts names the serial ports",
  display: "the machine has no display",
  curses: "the machine has no display",
  vnc: "the machine has no display",
  action: "onReset says what a reset does",
  "no-reboot": "onReset says what a reset does",
  "no-shutdown": "the machine is kept for the autopsy anyway",
  daemonize: "QEMU must stay a child of the harness",
  pidfile: "QEMU must stay a child of the harness",
  sandbox: "the harness puts QEMU into its sandbox",
  D: "-d logs into cpu.log of the evidence",
  accel: "use the field accelerator",
  "enable-kvm": "use the field accelerator",
  M: "use the field machine",
  machine: "use the field machine",
  cpu: "use the field cpu",
  smp: "use the field cpus",
  m: "use the field memory",
  kernel: "use the field kernel",
  initrd: "use the field initrd",
  append: "use the field commandLine",
  bios: "use the field firmware",
  nodefaults: "the machine has no default devices anyway",
  "no-user-config": "the machine reads no user configuration anyway",
  preconfig: "the machine is started by the harness, which does not know that state",
  incoming: "the machine is started by the harness, which expects a guest that is there",
  readconfig: "give its contents as further qemuArguments, so that they can be checked",
  debugcon: "use the field debugConsole",
};

/** Options that only a virtual clock sets. */
const ownedByClock: Readonly<Record<string, string>> = {
  icount: 'clock: "virtual" sets it; clock: "host" leaves it to you',
  rtc: 'clock: "virtual" sets it; clock: "host" leaves it to you',
};

/** Options that a clock among the devices sets. */
const ownedByRtc: Readonly<Record<string, string>> = {
  rtc: "rtc() among the devices sets it; without that it is yours",
};

const exitDevice = /^isa-debug-exit(?:,|$)/;
/** Where the device is unless it is told (QEMU, hw/misc/debugexit.c). */
const defaultExitPort = 0x501;

/** Names of character devices, drives and controllers that the harness makes. */
const ownedIds = /(?:^|,)id=(?:qmp|gdb|port\d+|disk\d+|cdrom|ahci|scsi|xhci)(?:,|$)/;

/** The user's arguments, sorted out. */
export interface SortedArguments {
  /** To be added as they are. */
  readonly extra: readonly string[];
  /** Items of `-d`, to be joined with the harness's own. */
  readonly logItems: readonly string[];
  /** Whether there is an `isa-debug-exit` among them, at a port other than ours. */
  readonly hasExitDevice: boolean;
}

/** What of a machine its arguments could collide with. */
export interface ArgumentSurroundings {
  readonly clock?: "host" | "virtual" | undefined;
  /** The port of our `isa-debug-exit`, if there is to be one. */
  readonly exitPort?: number | undefined;
  /** Whether there is a clock among the devices. */
  readonly hasRtc?: boolean;
}

/**
 * Checks and sorts `qemuArguments`.
 * @throws `SpecError` naming the argument that collides, and what to use instead.
 */
export function sortArguments(
  given: readonly string[],
  { clock, exitPort, hasRtc = false }: ArgumentSurroundings = {},
): SortedArguments {
  const ours = {
    ...owned,
    ...(hasRtc ? ownedByRtc : {}),
    ...(clock === "virtual" ? ownedByClock : {}),
  };
  const extra: string[] = [];
  const logItems: string[] = [];
  let hasExitDevice = false;
  for (let index = 0; index < given.length; index += 1) {
    const argument = given[index] as string;
    const option = /^--?([A-Za-z].*)$/.exec(argument)?.[1];
    const value = given[index + 1];
    const field = `qemuArguments[${index}]`;
    checkCollision(ours, argument, option, value, field);
    if (option === "device") checkExitDevice(value, exitPort, field);
    if (option === "d") {
      index += 1;
      logItems.push(...(value ?? "").split(",").filter((item) => item !== ""));
      continue;
    }
    hasExitDevice ||= exitDevice.test(argument);
    extra.push(argument);
  }
  return { extra, logItems, hasExitDevice };
}

function checkCollision(
  ours: Readonly<Record<string, string>>,
  argument: string,
  option: string | undefined,
  value: string | undefined,
  field: string,
): void {
  const joined = /^(--?[A-Za-z][\w-]*)\s+(\S.*)$/.exec(argument);
  if (joined !== null) {
    const [, name, rest] = joined;
    const two = `an option and its value are two arguments: "${name}", "${rest}"`;
    throw new SpecError(field, `got "${argument}"; ${two}`);
  }
  if (option !== undefined && Object.hasOwn(ours, option)) {
    throw new SpecError(field, `${argument} collides with the harness's own; ${ours[option]}`);
  }
  if (option === "d" && (value === undefined || value.startsWith("-"))) {
    throw new SpecError(field, "-d takes what QEMU is to log, such as int; give it after -d");
  }
  if (ownedIds.test(argument)) {
    throw new SpecError(field, `${argument} collides with a name of the harness; choose another`);
  }
}

/** @throws `SpecError` for a second exit device where ours is. */
function checkExitDevice(value = "", ownPort: number | undefined, field: string): void {
  if (!exitDevice.test(value)) return;
  const port = Number(/,iobase=(\w+)(?:,|$)/.exec(value)?.[1] ?? defaultExitPort);
  if (port !== ownPort) return;
  const advice = "it is there already; exitDevice: false takes it away";
  throw new SpecError(field, `-device ${value} collides with the harness's own; ${advice}`);
}
