/** The blocks of the demo as text: what a test's record says, in at most 80 columns. Pure. */
import type { MachineExit, MachineRecord } from "../harness/evidence/index.ts";

const columns = 80;
const labelColumns = 14;

/** One line of a block: a label, and text that may go on in further lines below itself. */
export function field(label: string, text: string): string {
  return wrap(text, columns - labelColumns - 2)
    .map((line, index) => `  ${(index === 0 ? label : "").padEnd(labelColumns)}${line}`)
    .join("\n");
}

/** A line that the guest printed, behind a bar, so that nobody takes it for ours. */
export function excerpt(port: string, line: string): string {
  return field(port, `| ${visible(line).trimEnd()}`);
}

/** What the machine was and how it ended. */
export function machineLines(record: MachineRecord, root: string): string[] {
  const { accelerator, kernel, qemu } = record;
  const image =
    kernel === null
      ? "no image: the firmware alone"
      : `${relativeTo(root, kernel.path)}: ${kernel.image}`;
  return [
    field("image", image),
    field("machine", `${record.arch} ${record.machineType}, QEMU ${qemu.version}`),
    field("accelerator", `${accelerator.used.toUpperCase()}: ${accelerator.why}`),
    field("exit", describeEnd(record.exit)),
  ];
}

/** "power-off: why", or that the guest lived to the end of its test. */
function describeEnd(exit: MachineExit | null): string {
  if (exit === null) return "none: the guest was there to the last";
  if (exit.kind === "killed" && exit.by === "dispose") {
    return "none: the guest ran on until its test was over";
  }
  return `${exit.kind}: ${exit.because}`;
}

/** "1.4 s", and below a second "0.21 s". */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(durationMs < 995 ? 2 : 1)} s`;
}

/** A path as one types it in `root`. */
export function relativeTo(root: string, path: string): string {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

/** Control characters as visible ones: a guest must not steer the terminal of its visitor. */
function visible(line: string): string {
  return line.replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}

/** Breaks at blanks; a word that is longer than a line, such as a path, stays whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const isTooLong = line !== "" && line.length + 1 + word.length > width;
    if (isTooLong) lines.push(line);
    line = isTooLong || (line === "" && lines.length === 0) ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
