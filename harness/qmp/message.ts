/** What QEMU says over QMP: a greeting, an event, or the answer to a command. */
import { QmpError } from "../evidence/index.ts";
import { excerpt } from "./excerpt.ts";
import { parseLine } from "./wire.ts";

/** What QEMU says of itself when a connection opens. */
export interface QmpGreeting {
  /** `qemu` is the version; `package` is the distribution's name for it, or empty. */
  readonly version: {
    readonly qemu: { readonly major: number; readonly minor: number; readonly micro: number };
    readonly package: string;
  };
  /** Optional parts of the protocol that this QEMU offers, such as "oob". */
  readonly capabilities: readonly string[];
}

/** One message from QEMU, sorted by kind. `id` is what the request carried. */
export type QmpMessage =
  | { readonly kind: "greeting"; readonly greeting: QmpGreeting }
  | {
      readonly kind: "event";
      readonly event: string;
      readonly data: Record<string, unknown>;
      /** Milliseconds since 1970 by the host's clock, or `undefined` where QEMU has no time. */
      readonly timestampMs: number | undefined;
    }
  | { readonly kind: "result"; readonly id: unknown; readonly result: unknown }
  | {
      readonly kind: "refusal";
      readonly id: unknown;
      readonly errorClass: string;
      readonly description: string;
    };

/**
 * Reads one line of QEMU's side (QEMU documentation, docs/interop/qmp-spec). Unknown members are
 * ignored, as the specification asks of clients.
 *
 * @throws QmpError if it is not JSON, or none of the known kinds of message.
 */
export function parseMessage(line: string): QmpMessage {
  const value = parseLine(line);
  const message = isRecord(value) ? sort(value) : undefined;
  if (message !== undefined) return message;
  throw new QmpError(`QEMU sent a line that is no greeting, event or answer: ${excerpt(line)}`, {
    received: value,
  });
}

function sort(value: Record<string, unknown>): QmpMessage | undefined {
  const { event, error } = value;
  if (typeof event === "string") {
    const data = value.data ?? {};
    if (!isRecord(data)) return undefined;
    return { kind: "event", event, data, timestampMs: readTimestamp(value.timestamp) };
  }
  if ("return" in value) return { kind: "result", id: value.id, result: value.return };
  if (isRecord(error)) {
    const { class: errorClass, desc: description } = error;
    if (typeof errorClass !== "string" || typeof description !== "string") return undefined;
    return { kind: "refusal", id: value.id, errorClass, description };
  }
  return isGreeting(value.QMP) ? { kind: "greeting", greeting: value.QMP } : undefined;
}

/** Both members are -1 when QEMU could not read the host's clock. */
function readTimestamp(value: unknown): number | undefined {
  if (!isRecord(value)) return undefined;
  const { seconds, microseconds } = value;
  if (typeof seconds !== "number" || typeof microseconds !== "number") return undefined;
  return seconds < 0 || microseconds < 0 ? undefined : seconds * 1_000 + microseconds / 1_000;
}

function isGreeting(value: unknown): value is QmpGreeting {
  if (!isRecord(value) || !isRecord(value.version)) return false;
  const { qemu, package: packageName } = value.version;
  if (!isRecord(qemu) || typeof packageName !== "string") return false;
  const triple = [qemu.major, qemu.minor, qemu.micro];
  const capabilities = value.capabilities;
  return (
    triple.every((part) => typeof part === "number") &&
    Array.isArray(capabilities) &&
    capabilities.every((capability) => typeof capability === "string")
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
