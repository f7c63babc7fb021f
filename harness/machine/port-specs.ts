/** The ports that a spec asks for, and the encodings of what is printed on them. */
import { checkEncoding, type Encoding } from "../serial/index.ts";
import { areDistinct, isPortName, takenNames } from "./port-names.ts";
import type { MachineSpec } from "./spec.ts";

/** A serial port: by its name, or with the encoding of its text. */
export interface SerialPortChoice {
  readonly name: string;
  /** As `TextDecoder` names it; default "utf-8". */
  readonly encoding?: string;
}

/** For messages. */
export const serialPortsTakes = `one to four different names such as serial0, or { name, encoding }, but not ${takenNames.join(", ")}`;

/** Names of the ports of a spec, in its order. */
export function portNames(ports: readonly (string | SerialPortChoice)[]): string[] {
  return ports.map((port) => (typeof port === "string" ? port : port.name));
}

export function areSerialPorts(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 1 || value.length > 4) return false;
  if (!value.every((port) => typeof port === "string" || isChoice(port, "name"))) return false;
  const names = portNames(value);
  return names.every(isPortName) && areDistinct(names);
}

export function isDebugConsole(value: unknown): boolean {
  return typeof value === "boolean" || isChoice(value);
}

/** Whether a spec asks for the console at port 0xE9. */
export function hasDebugConsole({ debugConsole }: MachineSpec): boolean {
  return debugConsole !== undefined && debugConsole !== false;
}

/** Nothing but an encoding, and what has to be there. */
function isChoice(value: unknown, ...needed: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(value);
  const isKnown = keys.every((key) => key === "encoding" || needed.includes(key));
  return (
    isKnown && needed.every((key) => typeof (value as Record<string, unknown>)[key] === "string")
  );
}

/** The part of a spec that names encodings: an empty change takes a field away. */
type Encodings = {
  readonly [Field in "serialPorts" | "debugConsole" | "exitDevice" | "devices"]?:
    | MachineSpec[Field]
    | null
    | undefined;
};

/** @throws `SpecError` for a name that is none, with the one that was probably meant. */
export function checkEncodings({
  debugConsole,
  devices,
  exitDevice,
  serialPorts,
}: Encodings): void {
  const named: [field: string, value: unknown][] = [
    ...(serialPorts ?? []).map((port, index): [string, unknown] => {
      return [`serialPorts[${index}].encoding`, encodingIn(port)];
    }),
    ["debugConsole.encoding", encodingIn(debugConsole)],
    ["exitDevice.encoding", encodingIn(exitDevice)],
    ...(devices ?? []).map((device, index): [string, unknown] => {
      return [`devices[${index}].encoding`, encodingIn(device)];
    }),
  ];
  for (const [field, value] of named) if (value !== undefined) checkEncoding(field, value);
}

/** The encoding that `choice` names; `undefined` where that is UTF-8 because nothing is said. */
export function encodingOf(choice: unknown): { readonly encoding?: Encoding } {
  const encoding = encodingIn(choice);
  return encoding === undefined ? {} : { encoding: checkEncoding("encoding", encoding) };
}

function encodingIn(choice: unknown): unknown {
  if (typeof choice !== "object" || choice === null) return undefined;
  return (choice as { encoding?: unknown }).encoding;
}
