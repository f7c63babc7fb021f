/** Evidence as a person reads it below the first line of an error. */
import type { Evidence } from "./errors.ts";

/** Lines, without a trailing newline; begins with an empty line. */
export function formatEvidence(evidence: Evidence): string {
  return [
    "",
    `  machine: ${evidence.machine}`,
    ...(evidence.placeNote === undefined ? [] : [`  place: ${evidence.placeNote}`]),
    ...(evidence.codeFrame === undefined ? [] : ["", ...indent(evidence.codeFrame.split("\n"))]),
    ...evidence.serial.flatMap(({ port, lines }) => formatPort(port, lines)),
    "",
    `  evidence: ${evidence.directory}`,
    `  see it again: ${evidence.reproduce}`,
  ].join("\n");
}

function formatPort(port: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return ["", `  ${port}: printed nothing`];
  const heading = `  ${port}, last ${lines.length === 1 ? "line" : `${lines.length} lines`}:`;
  return ["", heading, ...lines.map((line) => `    | ${line}`)];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}
