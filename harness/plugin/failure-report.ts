/** Errors as vitest hands them over, as plain text. */
import { relative } from "node:path";
import type { SerializedError } from "vitest/node";
import type { FailureReport } from "../reports/index.ts";

/** Deepest chain of causes that is followed; a cycle ends here as well. */
const causeLimit = 8;

/**
 * Turns a serialized error into text: the difference of an assertion, the frames that vitest
 * mapped to the user's sources (paths inside `root` become relative to it), and the causes.
 */
export function failureReport(error: SerializedError, root: string): FailureReport {
  const difference = typeof error.diff === "string" && error.diff !== "" ? [error.diff] : [];
  // Frames of Node itself say nothing about the user's sources and change with its version.
  const stacks = (error.stacks ?? []).filter((frame) => !frame.file.startsWith("node:"));
  const frames = stacks.map((frame) => {
    const place = `${shortPath(frame.file, root)}:${frame.line}:${frame.column}`;
    return frame.method === "" ? `    at ${place}` : `    at ${frame.method} (${place})`;
  });
  return {
    type: error.name ?? "Error",
    message: error.message,
    stack: [...difference, ...frames, ...causeLines(error, causeLimit)].join("\n"),
  };
}

/** `path` relative to `root` with `/` as separator, or unchanged where it lies outside. */
export function shortPath(path: string, root: string): string {
  const below = relative(root, path);
  return below === "" || below.startsWith("..") ? path : below.replaceAll("\\", "/");
}

/** What the error says of its cause, and, for an `AggregateError`, of its members. */
function causeLines(error: SerializedError, depth: number): string[] {
  const members = Array.isArray(error.errors) ? error.errors : [];
  if (depth === 0) return error.cause === undefined ? [] : ["caused by: more, left out here"];
  return [
    ...members
      .filter(isError)
      .flatMap((member) => [`together with: ${title(member)}`, ...causeLines(member, depth - 1)]),
    ...(isError(error.cause)
      ? [`caused by: ${title(error.cause)}`, ...causeLines(error.cause, depth - 1)]
      : []),
  ];
}

function title(error: SerializedError): string {
  // vitest's own reporter, when it comes first, writes this into the names of causes.
  const name = (error.name ?? "Error").replace(/^Caused by: /, "");
  return `${name}: ${error.message}`;
}

function isError(value: unknown): value is SerializedError {
  return (
    typeof value === "object" &&
    value !== null &&
    "message" in value &&
    typeof value.message === "string"
  );
}
