/** Evidence as a person reads it below the first line of an error. */
import { printable } from "../text/index.ts";
import type { Evidence, FatalExcerpt, PortEvidence } from "./errors.ts";

/** Printable lines, without a trailing newline; begins with hints, or with an empty line. */
export function formatEvidence(evidence: Evidence): string {
  const lines = [
    ...(evidence.hints ?? []).map((hint) => `  hint: ${hint}`),
    "",
    `  ${evidence.title ?? "machine"}: ${evidence.machine}`,
    ...(evidence.placeNote === undefined ? [] : [`  place: ${evidence.placeNote}`]),
    ...(evidence.codeFrame === undefined ? [] : ["", ...indent(evidence.codeFrame.split("\n"))]),
    ...evidence.serial.flatMap(formatPort),
    ...(evidence.screen === undefined ? [] : ["", ...formatScreen("the screen", evidence.screen)]),
    "",
    `  evidence: ${evidence.directory}`,
    `  see it again: ${evidence.reproduce}`,
  ];
  return printable(lines.join("\n"));
}

function formatPort({ fatal, port, lines, screen }: PortEvidence): string[] {
  if (lines.length === 0) return ["", `  ${port}: printed nothing`];
  const last = `last ${lines.length === 1 ? "line" : `${lines.length} lines`}`;
  const heading = `  ${port}, ${fatal === undefined ? "" : "fatal output and "}${last}:`;
  const above = fatal === undefined ? [] : formatFatal(fatal);
  const printed = ["", heading, ...above, ...lines.map((line) => `    | ${line}`)];
  if (screen === undefined) return printed;
  return [...printed, "", ...formatScreen(`${port}'s terminal`, screen)];
}

function formatFatal({ leftOut, lines }: FatalExcerpt): string[] {
  const count = leftOut === undefined ? "more lines" : `${leftOut} lines`;
  return [
    ...lines.map((line) => `    | ${line}`),
    `    … ${leftOut === 1 ? "1 line" : count} left out`,
  ];
}

/** In a frame, as large as what is shown: where something stands is what matters on a screen. */
function formatScreen(name: string, rows: readonly string[]): string[] {
  const used = rows.slice(0, rows.findLastIndex((row) => row !== "") + 1);
  if (used.length === 0) return [`  ${name} shows nothing`];
  const width = Math.max(...used.map((row) => row.length));
  const edge = `+${"-".repeat(width + 2)}+`;
  const framed = [edge, ...used.map((row) => `| ${row.padEnd(width)} |`), edge];
  return [`  ${name}:`, ...indent(framed)];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}
