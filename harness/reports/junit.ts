/**
 * The run as JUnit XML, in the dialect that Jenkins, GitLab and GitHub's actions read. The format
 * has no specification; what is written here is their common part: one verdict a case, properties,
 * `system-out` and `system-err`.
 */
import junit, { type Builder, type TestCase, type TestSuite } from "junit-report-builder";
import {
  failureText,
  standardError,
  standardOutput,
  type TranscriptLimits,
} from "./junit-output.ts";
import { caseProperties } from "./junit-properties.ts";
import type { CaseReport, FailureReport, RunReport, SuiteReport } from "./run.ts";
import { foreignText, xmlText } from "./xml-text.ts";

/** How much goes into the report, and how it names files. */
export interface JunitOptions {
  /**
   * Folder that `[[ATTACHMENT|path]]` lines are relative to: the workspace of the build server.
   * Files outside it keep their absolute path. Default: the current directory.
   */
  readonly attachmentRoot?: string;
  /** Text shown of each serial port and console stream, its end, in bytes of UTF-8: 64 KiB. */
  readonly transcriptSizeBytes?: number;
}

const defaultTranscriptSizeBytes = 64 * 1024;

// The package is CommonJS and exports the builder itself, which its types cannot say. The shared
// instance would collect every report of the process, so it only serves to make new ones.
const shared = junit as unknown as Builder;

/**
 * Writes a run as JUnit XML. Afterwards the text is well-formed XML 1.0 whatever the guest
 * printed (`xmlText` says how), each case has at most one `<failure>`, `<error>` or `<skipped>`,
 * and no two cases of a file have the same name, because GitLab drops all but the first.
 *
 * - A test that never ran is `<skipped>` with its reason, never a pass.
 * - A file that could not be loaded, and a failed hook of a suite, is a case with an `<error>`.
 * - A run that did not pass always holds at least one `<failure>` or `<error>`.
 */
export function junitXml(run: RunReport, options: JunitOptions = {}): string {
  const limits: TranscriptLimits = {
    transcriptSizeBytes: options.transcriptSizeBytes ?? defaultTranscriptSizeBytes,
    attachmentRoot: options.attachmentRoot ?? process.cwd(),
  };
  const builder = shared.newBuilder().name(xmlText(run.name));
  for (const suite of run.suites) {
    const isShared = run.suites.some((other) => other !== suite && other.file === suite.file);
    writeSuite(builder, suite, isShared, limits);
  }
  const outside = outsideErrors(run);
  if (outside.length > 0) {
    const node = builder.testSuite().name("outside any test").time(0);
    const name = uniqueNames();
    for (const { file, failure } of outside) {
      const place = file === null ? "(run)" : classNameOf(file, "");
      writeError(node, place, name("(outside any test)"), [failure]);
    }
  }
  return `${builder.build()}\n`;
}

/** @param isShared by several projects, so that only their names tell the cases apart. */
function writeSuite(
  builder: Builder,
  suite: SuiteReport,
  isShared: boolean,
  limits: TranscriptLimits,
): void {
  const isNamed = !isShared && suite.file.split("/").slice(0, -1).includes(suite.project);
  const className = classNameOf(suite.file, isNamed ? "" : suite.project);
  const title = suite.project === "" ? suite.file : `${suite.file} (${suite.project})`;
  const node = builder.testSuite().name(xmlText(title)).time(seconds(suite.durationMs));
  if (suite.startedAt !== null) node.timestamp(new Date(suite.startedAt).toISOString());
  if (suite.project !== "") node.property("project", xmlText(suite.project));
  const name = uniqueNames();
  const errors = Map.groupBy(suite.errors, (error) => error.path.join(" > "));
  for (const [path, group] of errors) {
    const title = path === "" ? "(file)" : `${path} (hooks)`;
    writeError(
      node,
      className,
      name(title),
      group.map((error) => error.failure),
      suite.file,
    );
  }
  for (const test of suite.cases) {
    const title = test.path.length === 0 ? "(file)" : test.path.join(" > ");
    writeCase(node.testCase().className(xmlText(className)), name(title), suite.file, test, limits);
  }
}

function writeCase(
  node: TestCase,
  name: string,
  file: string,
  test: CaseReport,
  limits: TranscriptLimits,
): void {
  node.name(name).file(xmlText(file)).time(seconds(test.durationMs));
  for (const property of caseProperties(test)) {
    node.property(xmlText(property.name), xmlText(property.value));
  }
  if (test.state === "failed") {
    node.failure(headline(test.failures), xmlText(test.failures[0]?.type ?? "Error"));
    node.stacktrace(foreignText(allFailures(test.failures)));
  } else if (test.state !== "passed") {
    node.skipped();
  }
  node.standardOutput(standardOutput(test, limits));
  node.standardError(standardError(test, limits));
  addAttributes(node, test.line, test.skipReason);
}

/**
 * "exercises.ex1.boot-test" for `exercises/ex1/boot.test.ts`: Jenkins takes everything up to the
 * last dot for the package and the rest for the class (hudson.tasks.junit, `CaseResult`), and so
 * folders are packages, a project is the outermost unless it has the name of one of them, and no
 * name has dots of its own.
 */
function classNameOf(file: string, project: string): string {
  const parts = file.replace(/\.[cm]?[jt]sx?$/, "").split("/");
  return [project, ...parts]
    .filter((part) => part !== "" && part !== ".")
    .map((part) => part.replaceAll(".", "-"))
    .join(".");
}

function writeError(
  suite: TestSuite,
  className: string,
  name: string,
  failures: readonly FailureReport[],
  file?: string,
): void {
  const node = suite.testCase().className(xmlText(className)).name(name);
  if (file !== undefined) node.file(xmlText(file));
  node.time(0);
  node.error(
    headline(failures),
    xmlText(failures[0]?.type ?? "Error"),
    foreignText(allFailures(failures)),
  );
}

/**
 * Adds what the builder has no method for: `line` of a case, which editors and GitHub's
 * annotations use, and `message` of `<skipped>`, which Jenkins shows.
 */
function addAttributes(node: TestCase, line: number | null, skipReason: string | null): void {
  const build = node.build.bind(node);
  node.build = (parent) => {
    const element = build(parent);
    if (line !== null) element.att("line", line);
    for (const child of element.children) {
      if ("name" in child && child.name === "skipped" && skipReason !== null) {
        child.att("message", xmlText(skipReason));
      }
    }
    return element;
  };
}

/** A run that did not pass must not look green, even where nothing in it failed. */
function outsideErrors(run: RunReport): readonly RunReport["errors"][number][] {
  const red =
    run.errors.length > 0 ||
    run.suites.some(
      (suite) => suite.errors.length > 0 || suite.cases.some((test) => test.state === "failed"),
    );
  if (red || run.reason === "passed") return run.errors;
  const cases = run.suites.flatMap((suite) => suite.cases);
  const notRun = cases.filter((test) => test.state === "not-run").length;
  const message =
    cases.length === 0
      ? "no test was found, so nothing is proven"
      : `the run stopped before it was complete: ${notRun} of ${cases.length} cases have no verdict`;
  return [{ file: null, failure: { type: "IncompleteRun", message, stack: "" } }];
}

function headline(failures: readonly FailureReport[]): string {
  const first = failures[0]?.message.split("\n", 1)[0] ?? "";
  const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : "";
  return xmlText(`${first === "" ? "failed without a message" : first}${more}`);
}

function allFailures(failures: readonly FailureReport[]): string {
  if (failures.length <= 1) return failures.map(failureText).join("");
  return failures
    .map((failure, index) => `[${index + 1}/${failures.length}] ${failureText(failure)}`)
    .join("\n\n");
}

/** Makes names fit for XML, and gives the second case of a name " [2]", and so on. */
function uniqueNames(): (name: string) => string {
  const taken = new Set<string>();
  return (title) => {
    const name = xmlText(title);
    let unique = name;
    for (let count = 2; taken.has(unique); count += 1) unique = `${name} [${count}]`;
    taken.add(unique);
    return unique;
  };
}

/** Milliseconds to seconds, exact to the millisecond. */
function seconds(durationMs: number): number {
  return Math.round(durationMs) / 1000;
}
