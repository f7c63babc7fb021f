/** The reports as a strict XML parser reads them. */
import { SaxesParser } from "saxes";

/** One `<testcase>`, as far as the tests look at it. */
interface ParsedCase {
  name: string;
  className: string;
  attributes: Record<string, string>;
  verdict: "passed" | "failure" | "error" | "skipped";
  /** The `message` of the verdict. */
  reason: string | undefined;
  /** How many verdict elements there are: one at most is right. */
  verdictCount: number;
  properties: Record<string, string>;
  failure: string;
  systemOut: string;
  systemErr: string;
}

/** The whole report. */
interface ParsedReport {
  cases: ParsedCase[];
  /** Attributes of each `<testsuite>`. */
  suites: Record<string, string>[];
}

/** Parses strictly. @throws Error at the first thing that is not well-formed XML 1.0. */
export function parseXml(xml: string): ParsedReport {
  const report: ParsedReport = { cases: [], suites: [] };
  const parser = new SaxesParser();
  let text = "";
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    text = "";
    open(report, name, attributes as Record<string, string>);
  });
  parser.on("text", (piece) => {
    text += piece;
  });
  parser.on("cdata", (piece) => {
    text += piece;
  });
  parser.on("closetag", ({ name }) => {
    close(report.cases.at(-1), name, text);
    text = "";
  });
  parser.write(xml).close();
  return report;
}

function open(report: ParsedReport, tag: string, attributes: Record<string, string>): void {
  if (tag === "testsuite") report.suites.push(attributes);
  if (tag === "testcase") report.cases.push(emptyCase(attributes));
  const current = report.cases.at(-1);
  if (current === undefined) return;
  if (tag === "failure" || tag === "error" || tag === "skipped") {
    current.verdict = tag;
    current.reason = attributes.message;
    current.verdictCount += 1;
  }
  if (tag === "property") current.properties[attributes.name ?? ""] = attributes.value ?? "";
}

function close(current: ParsedCase | undefined, tag: string, text: string): void {
  if (current === undefined) return;
  if (tag === "failure" || tag === "error") current.failure = text;
  if (tag === "system-out") current.systemOut = text;
  if (tag === "system-err") current.systemErr = text;
}

function emptyCase(attributes: Record<string, string>): ParsedCase {
  return {
    name: attributes.name ?? "",
    className: attributes.classname ?? "",
    attributes,
    verdict: "passed",
    reason: undefined,
    verdictCount: 0,
    properties: {},
    failure: "",
    systemOut: "",
    systemErr: "",
  };
}
