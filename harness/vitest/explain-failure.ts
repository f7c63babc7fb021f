/** What is added to the errors of a test that no machine has raised: they do not know of any. */
import { type BringupError, formatEvidence } from "../evidence/index.ts";
import type { Machine } from "../machine/index.ts";
import { printable } from "../text/index.ts";

/** An error as vitest keeps it. */
export interface TaskError {
  message: string;
  stack?: string | undefined;
  diff?: string | undefined;
}

/** Gives `errors` of a failed test the evidence of its machines, and what else explains them. */
export async function explainFailure(
  errors: readonly TaskError[],
  machines: readonly Machine[],
  isOfEach: boolean,
): Promise<void> {
  const deaths: BringupError[] = [];
  for (const machine of machines) {
    await machine.verdict.checkAlive().catch((death: BringupError) => deaths.push(death));
  }
  for (const error of errors.filter(({ message }) => !message.includes("\n  evidence: "))) {
    // An ordinary assertion shows what the guest said, and its difference in colours.
    let message = printable(error.message, { colours: true });
    if (error.diff !== undefined) error.diff = printable(error.diff, { colours: true });
    if (isOfEach && lacksContext(message)) message = `${eachAdvice}\n  ${message}`;
    for (const machine of machines) {
      message += `\n${formatEvidence(await machine.evidence())}`;
    }
    amend(error, message);
  }
  tellOfOthers(errors, deaths);
}

const eachAdvice =
  "write test.for in place of test.each, which hands a test its row and no context: " +
  'test.for(rows)("…", async (row, { boot }) => …)';

/**
 * Whether a test looked for its context where `test.each` has none: behind the arguments, or in the
 * row. An argument that was not given has no name of its own, in which it differs from a variable.
 */
function lacksContext(message: string): boolean {
  return /^(?:Cannot destructure property '\w+' of 'undefined' as|boot is not a function$)/.test(
    message,
  );
}

/** Gives the errors of a test that is none of ours, and so has no `boot`, the reason for that. */
export function explainForeignTest(errors: readonly TaskError[]): void {
  const advice = 'import { test } from "bringup" in place of vitest\'s, whose tests have no boot';
  for (const error of errors) {
    if (!/^(?:\w+\.)?boot is not a function$/.test(error.message)) continue;
    amend(error, `${advice}\n  ${error.message}`);
  }
}

/**
 * Of the functions of vitest's that make tests, those that are no exports of bringup's. Vite calls
 * what was imported by "(0 , __vite_ssr_import_0__.describe)", which vitest's reports leave out.
 */
const ofVitest =
  /^(?:\(0 ?, ?\w+\.)?(describe|suite|it|(?:before|after|around)(?:All|Each))\)? is not a function$/;

/** Gives an error of a test file that could not be loaded what it ought to have imported. */
export function explainImport(error: unknown): void {
  if (!(error instanceof TypeError)) return;
  const name = ofVitest.exec(error.message)?.[1];
  if (name === undefined) return;
  const advice = `import { ${name} } from "vitest": of that, bringup has only test and expect`;
  amend(error, `${advice}\n  ${name} is not a function`);
}

/**
 * A guest that nobody waited on has died as well, and may be why the one failed that somebody did
 * wait on: the first error says so, right below its first line, unless an error tells of it anyway.
 */
function tellOfOthers(errors: readonly TaskError[], deaths: readonly BringupError[]): void {
  const [first] = errors;
  const untold = deaths.filter(({ evidence }) => {
    const line = `\n  evidence: ${evidence?.directory}\n`;
    return !errors.some(({ message }) => message.includes(line));
  });
  if (first === undefined || untold.length === 0) return;
  const lines = untold.map(({ evidence, message }) => {
    const how = message.split("\n", 1)[0];
    const which = evidence?.title ?? "the machine";
    return `  ${which} has died, which nothing expected: ${how}; evidence: ${evidence?.directory}`;
  });
  const [head, ...rest] = first.message.split("\n");
  amend(first, [head, ...lines, ...rest].join("\n"));
}

/** Some reporters print the message, and some the stack. */
function amend(error: TaskError, message: string): void {
  const before = error.message;
  error.message = message;
  if (error.stack !== undefined) error.stack = error.stack.replace(before, () => message);
}
