/** What stands in `system-out` and `system-err` of a test case. */
import type { MachineRecord } from "../evidence/index.ts";
import { describeExit } from "../evidence/index.ts";
import { attachmentLine } from "./attachments.ts";
import type { CaseReport, FailureReport } from "./run.ts";
import { isSuperseded } from "./run.ts";
import { foreignText } from "./xml-text.ts";

/** Limits of the text in one report, both in bytes of UTF-8. */
export interface TranscriptLimits {
  /** Text of each serial port and each console stream that is shown. */
  readonly transcriptSizeBytes: number;
  /** Folder that attachments are named relative to. */
  readonly attachmentRoot: string;
}

/** Text of `system-out`; empty where there is nothing to say. */
export function standardOutput(test: CaseReport, limits: TranscriptLimits): string {
  const machines = verdictMachines(test);
  const paths = [
    // GitLab shows only the first attachment, so what the test chose to attach comes first.
    ...test.attachments.map((attachment) => attachment.path).filter((path) => path !== null),
    ...machines.flatMap((machine) => machine.files.map((file) => file.path)),
  ];
  const inline = test.attachments.filter((attachment) => attachment.path === null);
  return [
    ...(test.skipReason === null ? [] : [foreignText(`${test.state}: ${test.skipReason}`)]),
    ...test.annotations.map((note) =>
      foreignText(`${note.type}: ${note.message}${at(note.location)}`),
    ),
    ...inline.map((attachment) => foreignText(`attached without a file: ${attachment.name}`)),
    ...consoleText(test, "stdout", limits),
    ...machines.flatMap((machine) => machineText(machine, limits)),
    ...paths.map((path) => attachmentLine(path, limits.attachmentRoot)),
  ].join("\n");
}

/** Text of `system-err`: the attempts that a retry replaced, since JUnit has one verdict a case. */
export function standardError(test: CaseReport, limits: TranscriptLimits): string {
  const replaced = test.attempts.filter((attempt) => isSuperseded(attempt, test.attempts));
  const lines = replaced.flatMap((attempt) => {
    const place = test.attempts.indexOf(attempt) + 1;
    const machines = machinesOf(test, attempt);
    return [
      `attempt ${place} of ${test.attempts.length} ${attempt.state} and was retried`,
      ...attempt.failures.map((failure) => foreignText(failureText(failure))),
      ...machines.flatMap((machine) => machineText(machine, limits)),
      ...machines.flatMap((machine) =>
        machine.files.map((file) => attachmentLine(file.path, limits.attachmentRoot)),
      ),
    ];
  });
  return [...lines, ...consoleText(test, "stderr", limits)].join("\n");
}

/** The machines of those attempts that the verdict rests on. */
export function verdictMachines(test: CaseReport): readonly MachineRecord[] {
  const attempts = test.record?.attempts ?? [];
  return attempts
    .filter((attempt) => !isSuperseded(attempt, attempts))
    .flatMap((attempt) => attempt.machines);
}

/** A failure as text: class and message, then whatever follows it. Not yet fit for XML. */
export function failureText(failure: FailureReport): string {
  const head = `${failure.type}: ${failure.message}`;
  return failure.stack === "" ? head : `${head}\n${failure.stack}`;
}

function machinesOf(
  test: CaseReport,
  attempt: { readonly retry: number; readonly repeat: number },
): readonly MachineRecord[] {
  return (test.record?.attempts ?? [])
    .filter((record) => record.retry === attempt.retry && record.repeat === attempt.repeat)
    .flatMap((record) => record.machines);
}

function machineText(machine: MachineRecord, limits: TranscriptLimits): string[] {
  const ending = machine.exit === null ? "no exit was recorded" : describeExit(machine.exit);
  const findings = machine.findings.map((finding) => `finding: ${describeExit(finding)}`);
  return [
    ...[`== ${machine.name}: ${ending} ==`, ...findings, `reproduce: ${machine.reproduce}`].map(
      foreignText,
    ),
    ...machine.serial.flatMap((port) => {
      const shown = lastBytes(port.text, limits.transcriptSizeBytes);
      const omittedBytes = port.omittedBytes + shown.omittedBytes;
      const log = machine.files.find((file) => file.name === `${port.port}.log`);
      const all = log === undefined ? "" : `; all of it: ${log.path}`;
      const cut = omittedBytes === 0 ? "" : ` (${omittedBytes} bytes before this left out${all})`;
      return [foreignText(`-- ${port.port}${cut} --`), foreignText(shown.text.replace(/\n$/, ""))];
    }),
  ];
}

/** Cuts at the front, and never inside a character. */
function lastBytes(text: string, limitBytes: number): { text: string; omittedBytes: number } {
  const bytes = Buffer.from(text);
  if (bytes.length <= limitBytes) return { text, omittedBytes: 0 };
  let start = bytes.length - limitBytes;
  // Bytes 0b10xxxxxx continue a character (RFC 3629, section 3).
  while (start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return { text: bytes.subarray(start).toString(), omittedBytes: start };
}

function consoleText(
  test: CaseReport,
  stream: "stdout" | "stderr",
  limits: TranscriptLimits,
): string[] {
  const text = test.output
    .filter((piece) => piece.stream === stream)
    .map((piece) => piece.text)
    .join("");
  if (text === "") return [];
  const shown = lastBytes(text, limits.transcriptSizeBytes);
  return [
    ...(shown.omittedBytes === 0
      ? []
      : [`-- ${stream} (${shown.omittedBytes} bytes before this left out) --`]),
    foreignText(shown.text.replace(/\n$/, "")),
  ];
}

function at(location: string | null): string {
  return location === null ? "" : ` (${location})`;
}
