/**
 * Programs beside QEMU that serve a device, and that it reaches through a socket: a TPM emulator, a
 * vhost-user back-end. What they are called with. Pure.
 */
import { escapeComma } from "../drive-arguments.ts";
import type { PlannedDevice } from "./plan-devices.ts";
import { type VirtiofsProgram, virtiofsCommand } from "./virtiofs.ts";

/** What serves a device. */
export type DeviceProgram =
  | { readonly kind: "swtpm"; readonly version: "1.2" | "2.0" }
  | VirtiofsProgram;

/** A device that a program serves. */
export interface ServedDevice {
  readonly id: string;
  readonly program: DeviceProgram;
}

/** Those of a machine that a program serves. */
export function servedDevices(devices: readonly PlannedDevice[]): ServedDevice[] {
  return devices.flatMap(({ id, program }) => (program === undefined ? [] : [{ id, program }]));
}

/** The program's own command line. @param directory has socket and state. */
export function programCommand({ id, program }: ServedDevice, directory: string): string[] {
  const socket = programSocket(id, directory);
  if (program.kind === "virtiofsd") return virtiofsCommand(program, socket);
  return [
    ...["swtpm", "socket", ...(program.version === "2.0" ? ["--tpm2"] : [])],
    ...["--ctrl", `type=unixio,path=${socket},mode=0600`],
    // It ends by itself when QEMU has gone.
    ...["--tpmstate", `dir=${stateDirectory(id, directory)},mode=0600`, "--terminate"],
  ];
}

/** Where QEMU finds the program. */
export function programSocket(id: string, directory: string): string {
  return `${directory}/${id}.socket`;
}

/** A directory that has to be there, and be empty, when the program starts. */
export function stateDirectory(id: string, directory: string): string {
  return `${directory}/${id}-state`;
}

/**
 * The same, saying through a FIFO when it listens: swtpm writes its process id once its control
 * channel is open (swtpm 0.7, src/swtpm/swtpm.c), and what virtiofsd says goes there.
 */
export function announcingCommand(
  device: ServedDevice,
  directory: string,
  fifo: string,
): readonly [file: string, ...words: string[]] {
  const [file = "", ...words] = programCommand(device, directory);
  if (device.program.kind === "swtpm") return [file, ...words, "--pid", `file=${fifo}`];
  return ["/bin/sh", "-c", 'exec "$@" 2>"$0"', fifo, file, ...words];
}

/** Whether a program that has said this listens. */
export function isListening({ kind }: DeviceProgram, said: string): boolean {
  return kind === "swtpm" ? said !== "" : said.includes("Waiting for vhost-user socket connection");
}

/** QEMU's arguments that come before the device. */
export function programArguments({ id, program }: PlannedDevice, directory: string): string[] {
  if (program === undefined) return [];
  const chardev = programChardev(id);
  const socket = `socket,id=${chardev},path=${escapeComma(programSocket(id, directory))}`;
  const tpm = ["-tpmdev", `emulator,id=${tpmId(id)},chardev=${chardev}`];
  return ["-chardev", socket, ...(program.kind === "swtpm" ? tpm : [])];
}

/** What `-device` says of its program. */
export function programOptions({ id, program }: PlannedDevice): Record<string, string> {
  if (program === undefined) return {};
  return program.kind === "swtpm" ? { tpmdev: tpmId(id) } : { chardev: programChardev(id) };
}

/** A command for a shell that starts the program, and waits until it listens or has ended. */
export function programShellCommand(
  device: ServedDevice,
  directory: string,
  quote: (words: readonly string[]) => string,
): string {
  const { id } = device;
  const socket = quote([programSocket(id, directory)]);
  const state = quote([stateDirectory(id, directory)]);
  const start = quote(programCommand(device, directory));
  return [
    `mkdir -m 700 ${state}`,
    `{ ${start} & }`,
    `until [ -S ${socket} ] || ! kill -0 $!; do sleep 0.1; done`,
  ].join(" && ");
}

function programChardev(id: string): string {
  return `${id}-program`;
}

function tpmId(id: string): string {
  return `${id}-tpm`;
}
