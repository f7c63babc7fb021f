/** The errors of a command that was refused or given up, with what was sent. */
import { QmpError } from "../evidence/index.ts";
import { excerpt, firstLine } from "./excerpt.ts";
import type { QmpMessage } from "./message.ts";

/** A request as it was, or would have been, sent. */
interface Sent {
  readonly command: string;
  readonly request: object;
  readonly line: string;
}

/** QEMU answered with an error. */
export function refusal(call: Sent, answer: Extract<QmpMessage, { kind: "refusal" }>): QmpError {
  const { errorClass, description } = answer;
  const unread = answer.id === undefined ? "QEMU could not read the request: " : "";
  const className = errorClass === "GenericError" ? "" : ` (${errorClass})`;
  const message = `QMP ${call.command}: ${unread}${description}${className}${sentLine(call.line)}`;
  const received = { class: errorClass, desc: description };
  return new QmpError(message, { sent: call.request, received, errorClass });
}

/** The caller's signal aborted. */
export function cancellation(command: string, request: object, signal: AbortSignal): QmpError {
  const message = `QMP ${command}: given up because its signal aborted: ${firstLine(signal.reason)}`;
  return new QmpError(message, { sent: request }, { cause: signal.reason });
}

/** How far a command came that has no answer; `silence` says since when QEMU is silent. */
export function describeHang(
  call: Sent & { readonly state: string },
  inFlight: number,
  silence: string,
): string {
  const unanswered = `${inFlight} commands before it have no answer`;
  const sent = call.state === "queued" ? `\n  never sent: ${unanswered}` : sentLine(call.line);
  return `${sent}\n  ${silence}`;
}

/** A line of a message that shows the request. */
export function sentLine(line: string): string {
  return `\n  sent: ${excerpt(line)}`;
}
