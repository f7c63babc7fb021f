/** Every TypeScript block of the documentation compiles, and those that say so are run. */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkShown, ExampleProject } from "./example-project.ts";
import {
  type Example,
  examplePath,
  moduleText,
  typeScriptBlocks,
  writeExamples,
} from "./examples.ts";
import { slugOf } from "./markdown.ts";

const limitMs = 120_000;

let project: ExampleProject;

beforeAll(async () => {
  project = await ExampleProject.create();
}, limitMs);

afterAll(() => project[Symbol.dispose]());

const compilerOptions = {
  target: "es2024",
  lib: ["es2024", "esnext.disposable"],
  types: ["node"],
  module: "nodenext",
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
};

test("every block compiles against the public types", { timeout: limitMs }, async () => {
  const blocks = typeScriptBlocks();
  expect(blocks.length).toBeGreaterThan(30);
  for (const block of blocks) {
    project.write(`types/${slugOf(block)}.ts`, moduleText(block));
  }
  project.write("types/tsconfig.json", JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  const result = await project.run("tsc", ["-p", "types/tsconfig.json"]);
  expect(result).toEqual({ exitCode: 0, output: "" });
});

test("a block that uses a name that is gone does not compile", { timeout: limitMs }, async () => {
  const text = 'import { expct } from "bringup";\nexpct(1);\n';
  project.write("gone/example.ts", text);
  project.write("gone/tsconfig.json", JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  const { output } = await project.run("tsc", ["-p", "gone/tsconfig.json"]);
  expect(output).toMatch(/has no exported member.*expct/);
});

interface VitestSummary {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numTotalTests: number;
}

/** Runs all examples of one kind; gives what was printed, and vitest's own count. */
async function runVitest(kind: Example["kind"]) {
  const reporters = ["--reporter=default", "--reporter=json", "--outputFile.json=report.json"];
  const result = await project.run("vitest", ["run", ...reporters], kind);
  const report = join(project.root, kind, "report.json");
  expect(existsSync(report), result.output).toBe(true);
  const summary: VitestSummary = JSON.parse(readFileSync(report, "utf8"));
  return { ...result, summary };
}

test("blocks that are run pass", { timeout: limitMs }, async () => {
  const examples = await writeExamples(project, "run");
  expect(examples.length).toBeGreaterThan(20);
  const { exitCode, output, summary } = await runVitest("run");
  expect(exitCode, output).toBe(0);
  expect(summary.numPassedTests, output).toBeGreaterThanOrEqual(examples.length);
  expect(summary.numPassedTests).toBe(summary.numTotalTests);
});

test("blocks that show a failure fail as shown", { timeout: limitMs }, async () => {
  const examples = await writeExamples(project, "fails");
  expect(examples.length).toBeGreaterThan(3);
  const { output, summary } = await runVitest("fails");
  expect(summary.numFailedTests, output).toBe(examples.length);
  expect(summary.numTotalTests).toBe(examples.length);
  for (const { kernel, shown } of examples) {
    expect(shown).toBeDefined();
    checkShown(shown?.text ?? "", output, join(project.root, "fails", kernel));
  }
});

test("scripts run without vitest", { timeout: limitMs }, async () => {
  const examples = await writeExamples(project, "script");
  expect(examples.length).toBeGreaterThan(0);
  for (const { block } of examples) {
    const path = examplePath("script", block);
    const result = await project.run("node", [basename(path)], dirname(path));
    expect(result.exitCode, result.output).toBe(0);
  }
});
