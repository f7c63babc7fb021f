/** Devices by which a guest ends QEMU with an exit code of its own: chosen, added, recognised. */
import { SpecError } from "../evidence/index.ts";
import type { Board, ExitDevice } from "./board.ts";
import type { SortedArguments } from "./qemu-arguments.ts";

export type { ExitDevice } from "./board.ts";

/** What a spec may ask for: `true` is the board's own device. */
export type ExitDeviceChoice =
  | boolean
  | "semihosting"
  | { readonly port: number }
  | { readonly device: "semihosting"; readonly encoding: string };

/** The exit device of a board, with what it needs to be told. */
export type ChosenExit =
  | { readonly device: "isa-debug-exit"; readonly port: number }
  | { readonly device: "finisher" | "semihosting" };

/** The port that tutorials use, and bringup where nothing else is said. */
const usualPort = 0xf4;
/** The device takes this many ports, so that a guest may write up to 32 bits at once. */
const portCount = 4;

/** What decides over the exit device of a board. */
export interface ExitPlace {
  readonly arch: string;
  readonly machineType: string;
  readonly facts: Pick<Board, "exitDevice" | "isa">;
}

/** The port at which a PC has our `isa-debug-exit`; `undefined` where the spec takes it away. */
export function exitPortOf(choice: ExitDeviceChoice | undefined): number | undefined {
  if (typeof choice === "object" && "port" in choice) return choice.port;
  return choice === false ? undefined : usualPort;
}

/** For messages. */
export const exitDeviceTakes =
  'true, false, "semihosting", { port } with a port up to 0xfffc, or { device: "semihosting", encoding }';

/** Whether a spec may say this of its exit device, on whatever board. */
export function isExitDeviceChoice(value: unknown): value is ExitDeviceChoice {
  if (typeof value === "boolean" || value === "semihosting") return true;
  if (typeof value !== "object" || value === null) return false;
  const { device, port, ...others } = value as { device?: unknown; port?: unknown };
  if (device !== undefined) {
    const isEncoding = Object.keys(others).join() === "encoding";
    return device === "semihosting" && port === undefined && isEncoding;
  }
  const isPort = Number.isInteger(port) && Number(port) >= 0 && Number(port) + portCount <= 0x10000;
  return isPort && Object.keys(others).length === 0;
}

/** @throws `SpecError` for a device that this board cannot have. */
export function chooseExit(
  choice: ExitDeviceChoice | undefined,
  place: ExitPlace,
): ChosenExit | undefined {
  if (typeof choice === "object" && "port" in choice) {
    if (place.facts.isa) return { device: "isa-debug-exit", port: choice.port };
    throw noBus(
      place,
      `{ port: 0x${choice.port.toString(16)} } is a port of isa-debug-exit, which`,
    );
  }
  if (choice === "semihosting" || typeof choice === "object") {
    if (hasSemihosting(place.arch)) return { device: "semihosting" };
    const advice = `is for Arm and RISC-V; ${place.machineType} is ${place.arch}: leave it out`;
    throw new SpecError("exitDevice", `got "semihosting", which ${advice}`);
  }
  const { exitDevice } = place.facts;
  // The finisher is a part of the board, and nobody can take it away.
  if (exitDevice === "finisher") return { device: exitDevice };
  if (choice === false) return undefined;
  if (exitDevice === "isa-debug-exit") return { device: exitDevice, port: usualPort };
  if (choice === undefined) return undefined;
  if (exitDevice === "semihosting") return { device: exitDevice };
  throw noBus(place, "no exit device fits: isa-debug-exit");
}

/** The device of a machine, ours or one of `qemuArguments`. */
export function exitDeviceOf(
  chosen: ChosenExit | undefined,
  extra: Pick<SortedArguments, "extra" | "hasExitDevice">,
): ExitDevice | undefined {
  if (chosen !== undefined) return chosen.device;
  if (extra.hasExitDevice) return "isa-debug-exit";
  return asksForSemihosting(extra) ? "semihosting" : undefined;
}

/** Semihosting of the spec's own needs TCG, which executes the trapping instruction itself. */
export function needsTcg(chosen: ChosenExit | undefined): boolean {
  return chosen?.device === "semihosting";
}

/** @throws `SpecError` where semihosting meets an accelerator, or arguments, that exclude it. */
export function checkSemihosting(
  chosen: ChosenExit | undefined,
  accelerator: string | undefined,
  extra: Pick<SortedArguments, "extra">,
): void {
  if (chosen?.device !== "semihosting") return;
  if (asksForSemihosting(extra)) {
    const advice = "the field exitDevice has turned semihosting on; leave one of the two out";
    throw new SpecError("qemuArguments", `has -semihosting or -semihosting-config, but ${advice}`);
  }
  if (accelerator === undefined || accelerator === "auto" || accelerator === "tcg") return;
  const advice = `only TCG has, but "${accelerator}" is asked for; take accelerator "tcg"`;
  throw new SpecError("exitDevice", `is semihosting, which ${advice}`);
}

/** What QEMU is told of the device; semihosting goes with its port. */
export function exitDeviceArguments(chosen: ChosenExit | undefined): string[] {
  if (chosen?.device !== "isa-debug-exit") return [];
  const port = `0x${chosen.port.toString(16)}`;
  return ["-device", `isa-debug-exit,iobase=${port},iosize=0x0${portCount}`];
}

/**
 * What turns semihosting on, with its console on a character device. The command line needs no
 * word: SYS_GET_CMDLINE gives what -kernel and -append say (QEMU, docs/about/emulation.rst).
 */
export function semihostingArguments(chardev?: string): string[] {
  const console = chardev === undefined ? "" : `,chardev=${chardev}`;
  return ["-semihosting-config", `enable=on,target=native${console}`];
}

function asksForSemihosting({ extra }: Pick<SortedArguments, "extra">): boolean {
  return extra.some((word) => /^--?semihosting(-config)?$/.test(word));
}

function hasSemihosting(arch: string): boolean {
  return /^(arm|aarch64|riscv32|riscv64)$/.test(arch);
}

function noBus({ facts, machineType }: ExitPlace, what: string): SpecError {
  const problem = `${what} needs an ISA bus, which ${machineType} has not`;
  return new SpecError("exitDevice", `${problem}; ${instead(facts.exitDevice)}`);
}

function instead(device: ExitDevice | undefined): string {
  if (device === "semihosting")
    return "exitDevice: true is semihosting, by which a guest ends here";
  if (device === "finisher") return "leave exitDevice out: the board has the sifive_test device";
  return "leave exitDevice out, and switch off at the end";
}
